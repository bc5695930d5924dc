#include <set>

#include "support.hpp"

using namespace credentials_test;
using credentials::Htpasswd;

namespace {

struct File : World {
  Htpasswd kind;
  explicit File(const std::string& text) : kind{.file = write("users.htpasswd", text)} {}
};

const std::string three =
    "# people\n\njane:" + bcrypt + "\r\n  ben:" + yescrypt + ":Ben B.\nann:" + apr1 + "\n";

}  // namespace

TEST_CASE("htpasswd: somebody with the right password is the user of that name") {
  const File file(three);
  CHECK(file.ask(file.kind, login("jane", "secret")) == R"({"id":"jane","name":"jane"})");
  CHECK(file.ask(file.kind, login("ben", "secret")) == R"({"id":"ben","name":"ben"})");
  CHECK(file.ask(file.kind, login("ann", "secret")) == R"({"id":"ann","name":"ann"})");
}

TEST_CASE("htpasswd: anything else is refused") {
  const File file(three);
  for (const Json& fields : {login("jane", "Secret"), login("jane", ""), login("", "secret"),
                             login("Jane", "secret"), login("eve", "secret"), login("jane:", "secret"),
                             login("# people", "secret"), login("jane ", "secret"), Json::object(),
                             Json::object({{"username", "jane"}}), Json::object({{"password", "secret"}}),
                             Json::object({{"username", Json::array({"jane"})}, {"password", "secret"}}),
                             Json::object({{"username", "jane"}, {"password", 0}}),
                             Json::object({{"username", "jane"}, {"password", Json::array({"secret"})}}),
                             login("jane", std::string("secret\0x", 8))}) {
    CAPTURE(base::to_json(fields));
    CHECK(file.ask(file.kind, fields).empty());
  }
}

TEST_CASE("htpasswd: a byte order mark, with which some editors begin a file, is no part of the first name") {
  const File file("\xEF\xBB\xBFjane:" + bcrypt + "\n");
  CHECK(file.ask(file.kind, login("jane", "secret")) == R"({"id":"jane","name":"jane"})");
}

TEST_CASE("htpasswd: a line that is a comment is nobody, and nobody has an empty password") {
  const std::string empty = "$1$salt$UsdFqFVB.FsuinRDK5eE..";  // openssl passwd -1 -salt salt ''
  REQUIRE(crypto::password_matches("", empty));
  const File file("#jane:" + bcrypt + "\nben:" + empty + "\n");
  CHECK(file.ask(file.kind, login("#jane", "secret")).empty());
  CHECK(file.ask(file.kind, login("ben", "")).empty());
}

TEST_CASE("htpasswd: the first line of a name counts") {
  const File file("jane:" + bcrypt + "\njane:" + yescrypt.substr(0, 40) + "\n");
  CHECK_FALSE(file.ask(file.kind, login("jane", "secret")).empty());
}

TEST_CASE("htpasswd: a changed file counts at once") {
  const File file("jane:" + bcrypt + "\n");
  CHECK_FALSE(file.ask(file.kind, login("jane", "secret")).empty());
  file.write("users.htpasswd", "ben:" + bcrypt + "\n");
  CHECK(file.ask(file.kind, login("jane", "secret")).empty());
}

TEST_CASE("htpasswd: plain text, {SHA} and DES are refused, and the log says which line") {
  for (const std::string stored : {"secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "seDwDAh6YoRKQ", ""}) {
    CAPTURE(stored);
    const File file("ben:" + yescrypt + "\njane:" + stored + "\n");
    CHECK(file.ask(file.kind, login("jane", "secret")).empty());
    CHECK(file.logged().find("htpasswd_hash_unusable") != std::string::npos);
    CHECK(file.logged().find("line=2") != std::string::npos);
    CHECK(file.logged().find("secret") == std::string::npos);
    CHECK(file.compared == std::vector{crypto::password_setting(yescrypt)});
  }
}

TEST_CASE("htpasswd: one password is compared, whether there is such a user or not") {
  File file("jane:" + bcrypt + "\n");
  file.ask(file.kind, login("jane", "wrong"));
  CHECK(file.compared == std::vector{bcrypt});
  file.compared.clear();
  file.ask(file.kind, login("eve", "wrong"));
  CHECK(file.compared == std::vector{crypto::password_setting(bcrypt)});
}

TEST_CASE("htpasswd: unknown names cost what names in the file cost, each always the same") {
  const File file("jane:" + bcrypt + "\nben:" + yescrypt + "\nold:secret\n");
  for (int i = 0; i < 20; ++i) {
    file.ask(file.kind, login("nobody" + std::to_string(i), "x"));
    file.ask(file.kind, login("nobody" + std::to_string(i), "y"));
  }
  REQUIRE(file.compared.size() == 40);
  for (size_t i = 0; i < 40; i += 2) CHECK(file.compared[i] == file.compared[i + 1]);
  CHECK(std::set<std::string>(file.compared.begin(), file.compared.end()) ==
        std::set{crypto::password_setting(bcrypt), crypto::password_setting(yescrypt)});
}

TEST_CASE("htpasswd: an empty file costs bcrypt") {
  const File file("");
  CHECK(file.ask(file.kind, login("jane", "secret")).empty());
  REQUIRE(file.compared.size() == 1);
  CHECK(file.compared[0].starts_with("$2y$10$"));
}

TEST_CASE("htpasswd: a file that cannot be had is no wrong password") {
  const World world;
  const std::string gone = world.folder.file("gone");
  CHECK(world.trouble(Htpasswd{.file = gone}, login("jane", "secret")) == gone + ": there is no such file");
  CHECK(world.trouble(Htpasswd{.file = world.folder.file("")}, login("jane", "secret"))
            .find("Is a directory") != std::string::npos);
}

TEST_CASE("htpasswd: a file as large as the limit is read, a larger one is not") {
  const World world;
  const std::string line = "jane:" + bcrypt;
  const std::string path = world.write("users", line);
  CHECK_FALSE(world.ask(Htpasswd{path, line.size()}, login("jane", "secret")).empty());
  CHECK(world.trouble(Htpasswd{path, line.size() - 1}, login("jane", "secret")).find("larger than") !=
        std::string::npos);
}
