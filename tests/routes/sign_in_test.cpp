// What all ways of signing in have in common: where they end, and that the owner is asked first.
#include "../support/hostile_site.hpp"

using namespace support;

namespace {

const char* const home = "https://example.com";

/// A site whose owner answers each sign-in like this, and keeps what was asked.
struct Asked : HostileSite {
  explicit Asked(hooks::SignInAnswer answer) {
    hooks.on_sign_in = [this, answer](const Json& user, const Json&, const Json&) {
      users.push_back(user);
      return answer;
    };
  }
  Reply ask_for_mail() {
    return post("/signin/email", {{"csrfToken", browser.csrf()}, {"email", "ann@example.com"}});
  }
  std::vector<Json> users;
};

/// Nobody was signed in, kept or written to.
void check_untouched(Asked& w) {
  CHECK(w.session() == Json::object());
  CHECK(w.sql("SELECT count(*) FROM users") == "0\n");
  CHECK_FALSE(std::filesystem::exists(w.mail_file()));
  CHECK(w.users.size() == 1);
}

}  // namespace

TEST_CASE("signing in ends at the callback URL with a session") {
  World w;
  CHECK(w.sign_in("op", {{"callbackUrl", "/members?page=2"}}).location ==
        "https://example.com/members?page=2");
  const Json session = w.session();
  CHECK(session.find("user")->text_of("name") == "Ann");
  CHECK(session.find("user")->text_of("email") == "ann@example.com");
  CHECK(w.hooks.event_names() == "createUser linkAccount signIn session");
}

TEST_CASE("whom the owner refuses is not signed in, nor written to") {
  const auto check = [](const std::function<Reply(Asked&)>& sign_in) {
    Asked w({.allowed = false, .redirect = ""});
    CHECK(sign_in(w).location == w.error("AccessDenied"));
    check_untouched(w);
  };
  check([](Asked& w) { return w.sign_in(); });
  check([](Asked& w) { return w.ask_for_mail(); });
  check([](Asked& w) { return w.follow_link(w.link_for("ann@example.com")); });
  check([](Asked& w) { return w.sign_in_with_password("ann"); });
}

TEST_CASE("whom the owner sends elsewhere goes there, and is not signed in; v3 does so but with passwords") {
  const auto check = [](const std::function<Reply(Asked&)>& sign_in) {
    Asked w({.allowed = true, .redirect = "/wait"});
    CHECK(sign_in(w).location == "/wait");
    check_untouched(w);
  };
  check([](Asked& w) { return w.sign_in(); });
  check([](Asked& w) { return w.ask_for_mail(); });
  check([](Asked& w) { return w.follow_link(w.link_for("ann@example.com")); });
  Asked w({.allowed = true, .redirect = "/wait"});
  CHECK(w.sign_in_with_password("ann").location == home);
}

TEST_CASE("the owner is asked about the profile, and of a known account about its user") {
  Asked w({});
  w.sign_in();
  w.browser.sign_out();
  w.op.person.set("name", "Another name");
  w.sign_in();
  REQUIRE(w.users.size() == 2);
  CHECK(w.users[0].text_of("id") == "ann");
  CHECK(base::to_json(*w.users[1].find("id")) == "1");
  CHECK(w.users[1].text_of("name") == "Ann");
}

TEST_CASE("who is signed in adds another account, with sessions in the database and in JWTs") {
  for (const bool jwt : {false, true}) {
    CAPTURE(jwt);
    World w({.jwt = jwt, .more = {HostileProvider::plain_entry("acme")}});
    w.sign_in();
    w.op.person.set("sub", "ben");
    w.op.person.set("email", "ben@example.com");
    CHECK(w.sign_in("acme").location == home);
    CHECK(w.sql("SELECT count(*) FROM users") == "1\n");
    CHECK(w.sql("SELECT user_id FROM accounts ORDER BY id") == "1\n1\n");
  }
}
