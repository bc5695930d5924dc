#include "staff_site.hpp"

using namespace staff_site;

TEST_CASE("credentials: signing in with JWT sessions is v3's") {
  Site site;
  site.sign_in_callback([] { return hooks::SignInAnswer{}; });
  Json token;
  site.hooks.on_jwt = [&](Json made) { return token = std::move(made); };
  CHECK(site.submit({{"callbackUrl", "/members"}, {"extra", "x"}}).location == "https://example.com/members");

  const std::string user = base::to_json(jane);
  CHECK(base::to_json(token) == R"({"name":"Jane","email":"Jane@Example.com","picture":"","sub":"7"})");
  CHECK(base::to_json(site.hooks.jwt_arguments) ==
        "[" + user + R"(,{"id":"staff","type":"credentials"},)" + user + ",false]");
  CHECK(site.signed_in_as == jane);
  CHECK(base::to_json(site.account) == R"({"id":"staff","type":"credentials"})");
  CHECK(base::to_json(site.submitted) ==
        R"({"csrfToken":")" + site.browser.csrf() +
            R"(","login":"jane","password":"right","callbackUrl":"/members","extra":"x"})");
  CHECK(site.asked == site.submitted);
  CHECK(site.hooks.event_names() == "signIn");
  CHECK(site.hooks.events.back().second.find("isNewUser") == nullptr);
  CHECK(base::to_json(*site.session().find("user")) ==
        R"({"name":"Jane","email":"Jane@Example.com","image":null})");
  CHECK(site.sql("SELECT count(*) FROM users") == "0\n");
}

TEST_CASE("credentials: an empty id is none, as next-auth/jwt reads no token with an empty sub") {
  Site site;
  site.user = base::parse_json(R"({"id": "", "name": "Jane"})");
  Json token;
  site.hooks.on_jwt = [&](Json made) { return token = std::move(made); };
  site.submit();
  CHECK(base::to_json(token) == R"({"name":"Jane"})");
}

TEST_CASE("credentials: without a database it works, too") {
  Site site(true, false);
  CHECK(site.submit().location == "https://example.com");
  CHECK(site.session().find("user")->text_of("name") == "Jane");
}

TEST_CASE("credentials: the statuses of refusals are v3's") {
  struct Case {
    http::Pairs fields;
    std::function<hooks::SignInAnswer()> sign_in;
    int status;
    std::string error;
  };
  const std::vector<Case> cases{
      {{{"password", "wrong"}}, {}, 401, "CredentialsSignin&provider=staff"},
      {{}, [] { return hooks::SignInAnswer{.allowed = false, .redirect = {}}; }, 403, "AccessDenied"},
      {{},
       []() -> hooks::SignInAnswer { throw hooks::Thrown("Not today & never"); },
       200,
       "Not%20today%20%26%20never"}};
  for (const Case& one : cases) {
    for (const bool jwt : {true, false}) {
      Site site(jwt);
      if (one.sign_in) site.sign_in_callback(one.sign_in);
      const Reply plain = site.submit(one.fields);
      CHECK(plain.status == 302);
      CHECK(plain.location == site.error(one.error));
      http::Pairs with_json = one.fields;
      with_json.emplace_back("json", "true");
      const Reply json = site.submit(with_json);
      CHECK(json.status == one.status);
      CHECK(json.url() == site.error(one.error));
      CHECK(site.nobody());
      CHECK(site.hooks.event_names().empty());
      CHECK(site.sql("SELECT count(*) FROM users") == "0\n");
    }
  }
}

TEST_CASE("credentials: a string that signIn returns is ignored, a rejection with a URL is not") {
  Site site;
  site.sign_in_callback([] { return hooks::SignInAnswer{.allowed = true, .redirect = "/elsewhere"}; });
  CHECK(site.submit().location == "https://example.com");
  CHECK_FALSE(site.nobody());
  Site other;
  other.sign_in_callback([]() -> hooks::SignInAnswer { throw hooks::Rejected("/elsewhere"); });
  CHECK(other.submit().location == "/elsewhere");
  CHECK(other.nobody());
}

TEST_CASE("credentials: what authorize throws is v3's") {
  Site site;
  site.hooks.on_authorize = [](const Json&) -> Json { throw hooks::Thrown("locked out"); };
  CHECK(site.submit().location == site.error("locked%20out"));
  const Reply json = site.submit({{"json", "true"}});
  CHECK(json.status == 200);
  CHECK(json.url() == site.error("locked%20out"));
  site.hooks.on_authorize = [](const Json&) -> Json { throw hooks::Rejected("/pay-first"); };
  CHECK(site.submit().location == "/pay-first");
  CHECK(site.nobody());
}

TEST_CASE("credentials: a check that could not be made is the server's problem, not a wrong password") {
  Site site;
  site.user = "no object";
  const Reply page = site.submit();
  CHECK(page.status == 500);
  CHECK(page.location.empty());
  const Reply json = site.submit({{"json", "true"}});
  CHECK(json.status == 500);
  CHECK(json.url() == site.error("Configuration"));
  CHECK(site.logged("callback_credentials_handler_error"));
  CHECK(site.nobody());
}

TEST_CASE("credentials: without the CSRF token nobody is asked") {
  Site site;
  for (const std::string token : {"", "wrong"}) {
    const Reply plain = site.submit({{"csrfToken", token}});
    CHECK(plain.location == site.root() + "/signin?csrf=true");
    const Reply json = site.submit({{"csrfToken", token}, {"json", "true"}});
    CHECK(json.status == 200);
    CHECK(json.url() == site.root() + "/signin?csrf=true");
  }
  CHECK(site.asked.is_null());
  CHECK(site.nobody());
}

TEST_CASE("credentials: the other routes answer as v3's do") {
  Site site;
  const Reply get = site.get("/callback/staff?login=jane&password=right");
  CHECK(get.status == 500);
  CHECK(get.body == "Error: Callback for provider type credentials not supported");
  CHECK(site.browser.head("/callback/staff").status == 500);
  CHECK(site.browser.start("staff").location == site.root() + "/signin");
  CHECK(site.post("/callback/nobody", {{"csrfToken", site.browser.csrf()}}).status == 400);
  CHECK(site.asked.is_null());
}

TEST_CASE("credentials: no password is logged") {
  Site site;
  site.submit({{"password", "pa55word"}});
  site.user = "no object";
  site.submit();
  CHECK(site.logged("credentials_refused"));
  CHECK(site.log_text().find("pa55word") == std::string::npos);
  CHECK(site.log_text().find("right") == std::string::npos);
}

TEST_CASE("credentials: as many passwords as the limit are tried on one account, then nobody is asked") {
  Site site;
  site.options.rate_limits.account = {3, base::Seconds(600)};
  for (const char* name : {"jane", "JANE", " jane"})
    CHECK(site.submit({{"login", name}, {"password", "wrong"}, {"json", "true"}}).status == 401);
  site.asked = {};
  CHECK(site.submit({{"json", "true"}}).status == 429);
  CHECK(site.asked.is_null());
  CHECK(site.submit({{"login", "ben"}, {"json", "true"}}).status == 200);
  CHECK(site.submit({{"json", "true"}}, "guests").status == 200);
  site.clock.advance(base::Seconds(601));
  CHECK(site.submit({{"json", "true"}}).status == 200);
}

TEST_CASE("credentials: without a form the attempts on one name are limited, too, whatever comes beside it") {
  Site site;
  site.options.rate_limits.account = {3, base::Seconds(600)};
  for (providers::Provider& provider : site.providers) provider.entry.erase("credentials");
  const auto attempt = [&](const std::string& name) {
    return site.submit({{"username", name}, {"email", "jane@example.com"}, {"json", "true"}}).status;
  };
  for (const char* name : {"a", "b", "c"}) CHECK(attempt(name) == 200);
  CHECK(attempt("d") == 429);
}

TEST_CASE("credentials: the page has the fields in a form of their own") {
  World w(with_staff(true));
  const std::string page = w.get("/signin").body;
  CHECK(page.find(R"(<form action="https://example.com/api/auth/callback/staff" method="POST">)") !=
        std::string::npos);
  CHECK(page.find(R"(<label for="input-login-for-staff-provider">Login</label>)") != std::string::npos);
  CHECK(page.find(
            R"(<input id="input-login-for-staff-provider" type="text" name="login" value="" placeholder="")"
            R"( autocomplete="username")") != std::string::npos);
  CHECK(page.find(R"(<label for="input-password-for-staff-provider">password</label>)") != std::string::npos);
  CHECK(page.find(
            R"(type="password" name="password" value="" placeholder="" autocomplete="current-password")") !=
        std::string::npos);
}

TEST_CASE("credentials: a provider without fields leaves the page to say that there is no way to sign in") {
  World w;
  w.providers = {w.providers[0]};
  w.providers[0].type = providers::Type::credentials;
  w.providers[0].entry.erase("credentials");
  const std::string page = w.get("/signin").body;
  CHECK(page.find("<form") == std::string::npos);
  CHECK(page.find("There is no way to sign in here") != std::string::npos);
}
