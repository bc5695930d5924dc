// Whose a session of credentials is, where the database has users.
#include "staff_site.hpp"

using namespace staff_site;

TEST_CASE("credentials: with sessions in the database the user is the one who has the account") {
  Site site(false);
  site.options.pages.new_user = "/welcome";
  CHECK(site.submit().location == "/welcome?callbackUrl=https%3A%2F%2Fexample.com");
  CHECK(site.hooks.event_names() == "createUser linkAccount signIn");
  CHECK(site.session().find("user")->text_of("email") == "jane@example.com");
  CHECK(site.sql("SELECT u.id, u.name, a.provider_type, a.provider_id, a.provider_account_id FROM users u "
                 "JOIN accounts a ON a.user_id = u.id") == "1|Jane|credentials|staff|7\n");
  Browser again(site);
  site.user.set("id", "7");
  CHECK(Site::submit(again).location == "https://example.com");
  CHECK(site.sql("SELECT count(*) FROM users") == "1\n");
}

TEST_CASE("credentials: with sessions in the database a user needs an id") {
  for (const Json& id : {Json(), Json(""), Json(true), Json(1.5), Json::array({1})}) {
    Site site(false);
    site.user.set("id", id);
    CHECK(site.submit({{"json", "true"}}).status == 500);
    CHECK(site.nobody());
  }
  Site site(true);
  site.user.erase("id");
  CHECK(site.submit().location == "https://example.com");
}

TEST_CASE("credentials: users of two lists are not joined by address") {
  Site site(false);
  site.submit();
  Browser other(site);
  CHECK(Site::submit(other, {}, "guests").location == site.error("OAuthAccountNotLinked"));
  CHECK(other.session() == Json::object());
  // Whoever is signed in with the same address adds the second list to the first.
  CHECK(site.submit({}, "guests").location == "https://example.com");
  CHECK(Site::submit(other, {}, "guests").location == "https://example.com");
  CHECK(site.sql("SELECT count(*) FROM users") == "1\n");
}

TEST_CASE("credentials: somebody else who is signed in is signed out, not joined") {
  Site site(false);
  site.sign_in();  // Ann
  const auto cookies = site.browser.cookies;
  CHECK(site.submit().location == "https://example.com");
  CHECK(site.session().find("user")->text_of("name") == "Jane");
  CHECK(site.sql("SELECT user_id, provider_id FROM accounts ORDER BY id") == "1|op\n2|staff\n");
  site.browser.cookies = cookies;
  CHECK(site.nobody());
}

TEST_CASE("credentials: two without an address are two") {
  Site site(false);
  site.user.erase("email");
  site.submit();
  site.user.set("id", 8);
  site.submit();
  CHECK(site.sql("SELECT count(*) FROM users") == "2\n");
}

TEST_CASE("credentials: a token's number is no user of the database, unless the address agrees") {
  Site site;
  site.sign_in();  // Ann is number 1
  REQUIRE(site.sql("SELECT id FROM users") == "1\n");
  Browser mallory(site);
  site.user = Json::object({{"id", 1}, {"name", "Mallory"}});
  Site::submit(mallory);
  site.op.in_claims = [](Json& claims) {
    claims.set("sub", "mallorys");
    claims.set("email", "mallory@example.com");
  };
  mallory.sign_in();
  CHECK(site.sql("SELECT user_id, provider_account_id FROM accounts ORDER BY id").find("1|mallorys") ==
        std::string::npos);
}
