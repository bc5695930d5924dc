// v3's callback-handler, all branches: who signs in, who is joined with whom, and who is not.
#include "../support/world.hpp"

using namespace support;

namespace {

const Json ann_profile = Json::object({{"sub", "ann"}, {"name", "Ann"}, {"email", "ann@example.com"}});
const Json ben_profile = Json::object({{"sub", "ben"}, {"name", "Ben"}, {"email", "ben@example.com"}});

Json two_providers() {
  return Json::array({HostileProvider::plain_entry("acme"), HostileProvider::plain_entry("corp")});
}

Setup both(bool jwt) { return {.jwt = jwt, .more = two_providers().elements()}; }

/// Signs in at this provider as somebody.
std::string as(World& w, const Json& person, const std::string& id) {
  w.op.person = person;
  return w.sign_in(id).location;
}

const std::string home = "https://example.com";
const std::string not_linked = "https://example.com/api/auth/error?error=OAuthAccountNotLinked";
const char* accounts = "SELECT user_id, provider_id, provider_account_id FROM accounts ORDER BY id";

}  // namespace

TEST_CASE("a new account makes a user") {
  for (const bool jwt : {false, true}) {
    World w(both(jwt));
    CHECK(as(w, ann_profile, "acme") == home);
    CHECK(w.sql("SELECT id, name, email, email_verified FROM users") == "1|Ann|ann@example.com|null\n");
    CHECK(w.sql(accounts) == "1|acme|ann\n");
    CHECK(w.hooks.event_names() == "createUser linkAccount signIn");
    CHECK(w.hooks.events.back().second.find("isNewUser")->boolean());
    CHECK(w.session().find("user")->text_of("name") == "Ann");
  }
}

TEST_CASE("a known account signs its user in, who stays as he is stored") {
  for (const bool jwt : {false, true}) {
    World w(both(jwt));
    as(w, ann_profile, "acme");
    w.browser.sign_out();
    w.hooks.events.clear();
    Json changed = ann_profile;
    changed.set("name", "Renamed");
    CHECK(as(w, changed, "acme") == home);
    CHECK(w.hooks.event_names() == "signIn");
    CHECK_FALSE(w.hooks.events.back().second.find("isNewUser")->boolean());
    CHECK(w.sql("SELECT count(*), min(name) FROM users") == "1|Ann\n");
    CHECK(w.session().find("user")->text_of("name") == "Ann");
  }
}

TEST_CASE("somebody signed in links a new account, whatever its address") {
  for (const bool jwt : {false, true}) {
    World w(both(jwt));
    as(w, ann_profile, "acme");
    w.hooks.events.clear();
    CHECK(as(w, ben_profile, "corp") == home);
    CHECK(w.hooks.event_names() == "linkAccount signIn");
    CHECK(w.sql(accounts) == "1|acme|ann\n1|corp|ben\n");
    CHECK(w.sql("SELECT count(*) FROM users") == "1\n");
    CHECK(w.session().find("user")->text_of("name") == "Ann");
  }
}

TEST_CASE("somebody signed in signs in again with his account") {
  for (const bool jwt : {false, true}) {
    World w(both(jwt));
    as(w, ann_profile, "acme");
    CHECK(as(w, ann_profile, "acme") == home);
    CHECK(w.sql(accounts) == "1|acme|ann\n");
    if (!jwt) CHECK(w.sql("SELECT count(*) FROM sessions") == "1\n");
  }
}

TEST_CASE("user, account and session are made together or not at all") {
  World w(both(false));
  w.sql("CREATE TRIGGER full BEFORE INSERT ON sessions BEGIN SELECT RAISE(ABORT, 'no room'); END");
  w.op.person = ann_profile;
  CHECK(w.sign_in("acme").status == 500);
  CHECK(w.sql("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM accounts)") == "0|0\n");
  w.sql("DROP TRIGGER full");
  CHECK(as(w, ann_profile, "acme") == home);
}

TEST_CASE("an account of another user is not linked, and nothing changes") {
  for (const bool jwt : {false, true}) {
    World w(both(jwt));
    as(w, ben_profile, "corp");
    w.browser.sign_out();
    as(w, ann_profile, "acme");
    CHECK(as(w, ben_profile, "corp") == not_linked);
    CHECK(w.session().find("user")->text_of("name") == "Ann");
    CHECK(w.sql(accounts) == "1|corp|ben\n2|acme|ann\n");
  }
}

TEST_CASE("a new account with somebody's address is not joined with him") {
  for (const bool jwt : {false, true}) {
    World w(both(jwt));
    as(w, ann_profile, "acme");
    w.browser.sign_out();
    Json evil = ann_profile;
    evil.set("sub", "evil");
    evil.set("email", "ANN@example.com");
    CHECK(as(w, evil, "corp") == not_linked);
    CHECK(w.session() == Json::object());
    CHECK(w.sql(accounts) == "1|acme|ann\n");
  }
}

TEST_CASE("the same id at two providers is two accounts") {
  World w(both(false));
  as(w, ann_profile, "acme");
  w.browser.sign_out();
  Json other = ben_profile;
  other.set("sub", "ann");
  CHECK(as(w, other, "corp") == home);
  CHECK(w.session().find("user")->text_of("name") == "Ben");
}

TEST_CASE("two people without address are two users") {
  World w(both(false));
  for (const Json& email : {Json(""), Json()}) {
    w.op.person = Json::object({{"sub", "no-" + base::to_json(email)}, {"email", email}});
    CHECK(w.sign_in("acme").location == home);
    w.browser.sign_out();
  }
  CHECK(w.sql("SELECT count(*), count(email) FROM users") == "2|0\n");
}

TEST_CASE("a profile whose address is no text cannot be read, as in v3") {
  World w(both(false));
  for (const Json& email : {Json(7), Json(false), Json::array({"ann@example.com"})}) {
    w.op.person = Json::object({{"sub", "ann"}, {"email", email}});
    CHECK(w.sign_in("acme").location == "https://example.com/api/auth/signin");
  }
  CHECK(w.sql("SELECT count(*) FROM users") == "0\n");
}

TEST_CASE("every sign-in has a new session token, and the old one is worth nothing") {
  World w(both(false));
  as(w, ann_profile, "acme");
  const auto old = w.browser.cookies;
  as(w, ann_profile, "acme");
  const std::string name = "__Secure-next-auth.session-token";
  CHECK(w.browser.cookies[name] != old.at(name));
  w.browser.cookies = old;
  CHECK(w.session() == Json::object());
}

TEST_CASE("a planted session token does not become anybody's") {
  World w(both(false));
  w.browser.cookies["__Secure-next-auth.session-token"] = std::string(64, 'a');
  as(w, ann_profile, "acme");
  CHECK(w.browser.cookies["__Secure-next-auth.session-token"] != std::string(64, 'a'));
  CHECK(w.sql("SELECT count(*) FROM sessions") == "1\n");
}

TEST_CASE("a session whose user is gone links nothing") {
  World w(both(false));
  as(w, ann_profile, "acme");
  w.sql("DELETE FROM users; DELETE FROM accounts");
  CHECK(as(w, ben_profile, "corp") == home);
  CHECK(w.session().find("user")->text_of("name") == "Ben");
}

TEST_CASE("without a database the profile is the user") {
  World w({.database = false, .more = two_providers().elements()});
  CHECK(as(w, ann_profile, "acme") == home);
  CHECK(w.hooks.event_names() == "signIn");
  CHECK(w.session().find("user")->text_of("email") == "ann@example.com");
  CHECK(as(w, ben_profile, "corp") == home);
  CHECK(w.session().find("user")->text_of("name") == "Ben");
}

TEST_CASE("the signIn callback is asked with the user, the account and the profile") {
  World w(both(false));
  std::vector<std::string> users;
  w.hooks.on_sign_in = [&](const Json& user, const Json& account, const Json& profile) {
    users.push_back(base::to_json(*user.find("id")));
    CHECK(account.text_of("accessToken") == "access-t0ken");
    CHECK(profile.text_of("sub") == "ann");
    return hooks::SignInAnswer{};
  };
  as(w, ann_profile, "acme");
  as(w, ann_profile, "acme");
  CHECK(users == std::vector<std::string>{"\"ann\"", "1"});  // the profile's, then the known user's
}

TEST_CASE("a signIn callback that says no is AccessDenied") {
  World w;
  w.hooks.on_sign_in = [](const Json&, const Json&, const Json&) {
    return hooks::SignInAnswer{.allowed = false, .redirect = {}};
  };
  CHECK(refusal(w) == "AccessDenied: the signIn callback says no");
}

TEST_CASE("a signIn callback that names an address, or rejects with one, redirects there") {
  World w;
  w.hooks.on_sign_in = [](const Json&, const Json&, const Json&) {
    return hooks::SignInAnswer{.allowed = true, .redirect = "/welcome"};
  };
  CHECK(refusal(w) == "/welcome");
  w.hooks.on_sign_in = [](const Json&, const Json&, const Json&) -> hooks::SignInAnswer {
    throw hooks::Rejected("/rejected");
  };
  CHECK(refusal(w) == "/rejected");
}

TEST_CASE("a signIn callback that throws shows its message on the error page") {
  World w;
  w.hooks.on_sign_in = [](const Json&, const Json&, const Json&) -> hooks::SignInAnswer {
    throw hooks::Thrown("not on Sundays");
  };
  CHECK(w.sign_in().location == w.error("not%20on%20Sundays"));
  CHECK(w.session() == Json::object());
}

TEST_CASE("an event that throws stops no sign-in") {
  World w;
  w.hooks.on_event = [](std::string_view) { throw hooks::Thrown("broken"); };
  CHECK(w.sign_in().location == home);
  CHECK(w.logged("event_error"));
  CHECK(w.session().find("user"));
}

TEST_CASE("new users are shown their page, known ones not") {
  World w;
  w.options.pages.new_user = "/welcome?x=1";
  CHECK(w.sign_in("op", {{"callbackUrl", "/members?a=b"}}).location ==
        "/welcome?x=1&callbackUrl=https%3A%2F%2Fexample.com%2Fmembers%3Fa%3Db");
  w.browser.sign_out();
  CHECK(w.sign_in("op", {{"callbackUrl", "/members"}}).location == "https://example.com/members");
}

TEST_CASE("tokens of the provider are kept with the account") {
  World w;
  w.sign_in();
  CHECK(w.sql("SELECT provider_type, access_token, refresh_token, access_token_expires FROM accounts") ==
        "oauth|access-t0ken|refresh-t0ken|null\n");
}
