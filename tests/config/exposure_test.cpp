#include "../support/keys.hpp"
#include "base/text.hpp"
#include "support.hpp"

namespace {

namespace fs = std::filesystem;

/// A configuration of this mode in a folder of that one.
struct Exposed : Site {
  explicit Exposed(const std::string& text, unsigned file_mode = 0644, unsigned folder_mode = 0755) {
    write("nextauth.json", text);
    mode("nextauth.json", file_mode);
    mode("", folder_mode);
  }
  void mode(const std::string& name, unsigned bits) const {
    fs::permissions(folder.file(name), fs::perms(bits));
  }
  /// What is said, without the folder's name.
  std::vector<std::string> said() const {
    std::vector<std::string> all;
    for (const config::Problem& problem : config::exposures(load().config))
      all.push_back(problem.text().substr(folder.file("").size()));
    return all;
  }
};

using Said = std::vector<std::string>;

const std::string readable =
    "nextauth.json: every user of this machine can read the secrets in it: `chmod 600` it; where the web "
    "server "
    "could not read it then, \"allowReadableConfig\": true says that this is known";

std::string site(const std::string& members, const std::string& providers = "") {
  return R"({ "url": "https://example.com", "providers": [)" + providers + "]" +
         (members.empty() ? "" : ",\n") + members + "}";
}

/// A private key, its line ends as JSON and an environment variable have them.
std::string pem() { return base::replace_all(support::private_pem(support::new_ec_key("")), "\n", "\\n"); }

}  // namespace

TEST_CASE("a secret that every user of the machine can read is told of, and serving goes on") {
  const std::string secret = site(R"("secret": "s")");
  CHECK(Exposed(secret).said() == Said{readable});
  CHECK(Exposed(secret).load().usable());
  CHECK(Exposed(secret).load().problems.empty());
  for (const unsigned mode : {0600U, 0400U, 0640U, 0660U}) CHECK(Exposed(secret, mode).said().empty());
  CHECK(Exposed(secret, 0604).said() == Said{readable});
  CHECK(Exposed(secret, 0644, 0700).said().empty());
  CHECK(Exposed(secret, 0644, 0710).said().empty());
  CHECK(Exposed(site(R"("secret": "s", "allowReadableConfig": true)")).said().empty());
}

TEST_CASE("only what stands in the file as it is counts as a secret") {
  const std::vector<std::string> secrets{
      site(R"("jwt": {"secret": "s"})"),
      site(R"("jwt": {"signingKey": {"kty": "oct", "k": "AAAA"}})"),
      site("", R"({"id": "github", "clientId": "a", "clientSecret": "b"})"),
      site("", R"({"id": "github", "clientId": "a", "clientKey": {"key": ")" + pem() + R"("}})"),
      site("", R"({"id": "email", "from": "a@example.com", "server": "smtp://me:pw@mail.example.com"})"),
  };
  for (const std::string& text : secrets) CHECK_MESSAGE(Exposed(text).said() == Said{readable}, text);
  const std::vector<std::string> none{
      site(""),
      site(R"("jwt": {"maxAge": 60}, "secret": "${SECRET}")"),
      site("", R"({"id": "github", "clientId": "a", "clientSecret": "${SECRET}"})"),
      site("", R"({"id": "github", "clientId": "a", "clientKey": {"key": "${KEY}"}})"),
      site("", R"({"id": "email", "from": "a@example.com", "server": "smtp://mail.example.com"})"),
  };
  for (const std::string& text : none) {
    Exposed exposed(text);
    exposed.environment.emplace("SECRET", "s");
    exposed.environment.emplace("KEY", pem());
    CHECK_MESSAGE(exposed.said().empty(), text);
  }
}

TEST_CASE("a database that every user can read is told of") {
  Exposed site_of_one(site(""));
  site_of_one.write("auth.db", "");
  site_of_one.mode("auth.db", 0600);
  CHECK(site_of_one.said().empty());
  site_of_one.mode("auth.db", 0644);
  CHECK(site_of_one.said() ==
        Said{"auth.db: every user of this machine can read the users and the secret in it: `chmod 600` it"});
}

TEST_CASE("what every user can change or replace is told of, whatever the configuration allows") {
  const std::string allowed = site(R"("allowReadableConfig": true, "callbacks": "callbacks.lua")");
  Exposed exposed(allowed, 0646);
  exposed.write("callbacks.lua", "return {}");
  exposed.mode("callbacks.lua", 0666);
  CHECK(exposed.said() == Said{"nextauth.json: every user of this machine can change it: `chmod o-w` it",
                               "callbacks.lua: every user of this machine can change it: `chmod o-w` it"});
  const Exposed open(site(R"("secret": "s")"), 0600, 0777);
  const auto problems = config::exposures(open.load().config);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message == "every user of this machine can replace what is in it: `chmod o-w` it");
  CHECK(Exposed(site(R"("secret": "s")"), 0600, 01777).said().empty());
}

TEST_CASE("what says who somebody is counts as well: passwords, and programs that check them") {
  const auto pw = [](const std::string& authorize) {
    return site("", R"({"id": "pw", "type": "credentials", "authorize": {)" + authorize + "}}");
  };
  const std::string hashes =
      ": warning: every user of this machine can read the hashes of passwords in it: `chmod 600` it";
  const std::string change = ": every user of this machine can change it: `chmod o-w` it";
  const std::vector<std::tuple<std::string, std::string, Said>> table{
      {R"("htpasswd": "users")", "users", {"users" + hashes, "users" + change}},
      {R"("sql": "SELECT 1 AS password", "database": "sqlite:people.db")",
       "people.db",
       {"people.db" + hashes, "people.db" + change}},
      {R"("command": "./judge")", "judge", {"judge" + change}}};
  for (const auto& [authorize, file, all] : table) {
    Exposed exposed(pw(authorize));
    exposed.write(file, "");
    exposed.mode(file, 0700);
    CHECK(exposed.said().empty());
    exposed.mode(file, 0777);
    CHECK(exposed.said() == all);
  }
  Exposed configured(pw(R"("sql": "SELECT 1 AS password")"));
  configured.write("auth.db", "");
  configured.mode("auth.db", 0602);
  CHECK(configured.said() == Said{"auth.db" + change});
  Exposed known(site(R"("allowReadableConfig": true)",
                     R"({"id": "pw", "type": "credentials", "authorize": {"htpasswd": "users"}})"));
  known.write("users", "");
  known.mode("users", 0644);
  CHECK(known.said().empty());
}

TEST_CASE("templates that every user can replace are told of") {
  Exposed exposed(site(R"("templates": "mine")"));
  fs::create_directory(exposed.folder.file("mine"));
  exposed.mode("mine", 0777);
  CHECK(exposed.said() == Said{"mine: every user of this machine can replace what is in it: `chmod o-w` it"});
}
