#include <doctest/doctest.h>

#include "lua_site.hpp"
#include "model/error.hpp"

using base::Json;

namespace {

const Json ann = Json::object({{"id", 7}, {"name", "Ann"}, {"email", "ann@example.com"}});
const Json account = Json::object({{"provider", "github"}, {"type", "oauth"}, {"id", 1}});
const Json raw_profile = Json::object({{"login", "ann"}});

hooks::SignInAnswer sign_in(const std::string& body) {
  LuaSite site("return { signIn = function(user, account, profile)\n" + body + "\nend }");
  return site.hooks().sign_in(ann, account, raw_profile);
}

std::string thrown_by(LuaSite& site) {
  try {
    site.hooks().sign_in(ann, account, raw_profile);
  } catch (const hooks::Thrown& thrown) {
    return thrown.what();
  }
  return "nothing";
}

std::string thrown_by(const std::string& body) {
  LuaSite site("return { signIn = function(user, account, profile)\n" + body + "\nend }");
  return thrown_by(site);
}

}  // namespace

TEST_CASE("signIn: only false refuses, a text is where to go instead") {
  CHECK(sign_in("return true").allowed);
  CHECK(sign_in("return").allowed);
  CHECK(sign_in("return nil").allowed);
  CHECK(sign_in("return 0").allowed);
  CHECK_FALSE(sign_in("return false").allowed);
  CHECK(sign_in("return true").redirect.empty());
  CHECK(sign_in("return '/unauthorized'").redirect == "/unauthorized");
  CHECK(sign_in("return 'https://other.example/x?y'").redirect == "https://other.example/x?y");
}

TEST_CASE("signIn gets user, account and profile") {
  CHECK_FALSE(sign_in("return not (user.id == 7 and user.email == 'ann@example.com')").allowed);
  CHECK_FALSE(sign_in("return not (account.provider == 'github' and account.id == 1)").allowed);
  CHECK_FALSE(sign_in("return profile.login ~= 'ann'").allowed);
}

TEST_CASE("signIn that sends elsewhere than to a path or an http(s) URL is a fault") {
  CHECK(thrown_by("return 'javascript:alert(1)'") == "Callback");
  CHECK(thrown_by("return ''") == "Callback");
  CHECK(thrown_by("return '/a\\nSet-Cookie: x=y'") == "Callback");
}

TEST_CASE("error with a text is v3's throw: the visitor sees the message, without file and line") {
  CHECK(thrown_by("error('No entry', 0)") == "No entry");
  CHECK(thrown_by("error('No entry')") == "No entry");
  CHECK(thrown_by("error('No: 5: entry', 0)") == "No: 5: entry");
  CHECK(thrown_by("local function deny() error('No entry', 2) end deny() return true") == "No entry");
  CHECK(thrown_by("assert(user.admin, 'Only admins')") == "Only admins");
  CHECK(thrown_by("local ok, why = pcall(error, 'inner', 0) error('outer ' .. why, 0)") == "outer inner");
  CHECK(thrown_by("error(42)") == "42");
}

TEST_CASE("a fault says nothing to the visitor and all to the log") {
  LuaSite site("return {\n  signIn = function(user)\n    return user.address.street\n  end\n}");
  CHECK(thrown_by(site) == "Callback");
  CHECK(site.logged("error callback_error callback=signIn"));
  CHECK(site.logged("callbacks.lua:3: attempt to index a nil value (field 'address')"));
}

TEST_CASE("what is thrown on purpose is logged with file and line too") {
  LuaSite site("return {\n  signIn = function(user)\n    error('No entry', 0)\n  end\n}");
  CHECK(thrown_by(site) == "No entry");
  CHECK(site.logged("warn callback_error callback=signIn reason=\"callbacks.lua:3: No entry\""));
}

TEST_CASE("errors that are no text are faults") {
  for (const std::string body :
       {"error()", "error(nil)", "error({})", "error({ code = 5 })", "error({ redirect = 5 })",
        "error(function() end)", "error('\\xFF', 0)", "error({ redirect = 'javascript:x' })"})
    CHECK_MESSAGE(thrown_by(body) == "Callback", body);
}

TEST_CASE("error({ redirect }) is v3's rejection with a URL") {
  LuaSite site("return { signIn = function() error({ redirect = 'https://example.com/pay' }) end }");
  try {
    site.hooks().sign_in(ann, account, raw_profile);
    FAIL("it did not reject");
  } catch (const hooks::Rejected& rejected) {
    CHECK(rejected.url == "https://example.com/pay");
  }
}

TEST_CASE("redirect") {
  LuaSite site("return { redirect = function(url, baseUrl) return baseUrl .. '/home?' .. url end }");
  CHECK(site.hooks().redirect("/x", "https://example.com") == "https://example.com/home?/x");
}

TEST_CASE("redirect that gives nothing means the base URL") {
  LuaSite site("return { redirect = function() end }");
  CHECK(site.hooks().redirect("/x", "https://example.com") == "https://example.com");
}

TEST_CASE("redirect that fails is a problem of the configuration, as it runs on every request") {
  for (const std::string body : {"error('x', 0)", "error({ redirect = '/x' })", "return 5", "return {}",
                                 "return 'javascript:alert(1)'", "return nothing.at.all"}) {
    LuaSite site(std::string("return { redirect = function() ") + body + " end }");
    CHECK_THROWS_AS_MESSAGE(site.hooks().redirect("/x", "https://example.com"), model::ConfigError, body);
  }
}

TEST_CASE("without a function v3's defaults count") {
  LuaSite site;
  CHECK(site.hooks().sign_in(ann, account, raw_profile).allowed);
  CHECK(site.hooks().redirect("/x", "https://example.com") == "https://example.com/x");
  CHECK(site.hooks().redirect("https://evil.example", "https://example.com") == "https://example.com");
  CHECK(site.hooks().session(ann, {}) == ann);
  CHECK(site.hooks().jwt(ann) == ann);
  CHECK(site.hooks().jwt(ann, ann, account, raw_profile, true) == ann);
  CHECK_FALSE(site.hooks().profile("github", raw_profile, {}).has_value());
  site.hooks().event("signIn", ann);
  CHECK(site.lines.empty());
}

TEST_CASE("session adds to the session, whose order stays") {
  LuaSite site(R"(return { session = function(session, userOrToken)
    session.user.id = userOrToken.id
    session.admin = userOrToken.id == 7
    return session
  end })");
  const Json session = Json::object({{"user", Json::object({{"name", "Ann"}, {"email", nullptr}})},
                                     {"accessToken", "t"},
                                     {"expires", "2026-11-23T16:00:00.000Z"}});
  CHECK(
      base::to_json(site.hooks().session(session, ann)) ==
      R"({"user":{"name":"Ann","email":null,"id":7},"accessToken":"t","expires":"2026-11-23T16:00:00.000Z",)"
      R"("admin":true})");
}

TEST_CASE("session and jwt must return a table with names") {
  for (const std::string body :
       {"", "return nil", "return false", "return 'x'", "return { 1, 2 }", "return json.null"}) {
    LuaSite site(std::string("return {\n session = function(s) ") + body + " end,\n jwt = function(t) " +
                 body + " end }");
    CHECK_THROWS_AS_MESSAGE(site.hooks().session(ann, {}), hooks::Thrown, body);
    CHECK(site.logged("session must return a table with names"));
    CHECK_THROWS_AS_MESSAGE(site.hooks().jwt(ann), hooks::Thrown, body);
    CHECK(site.logged("jwt must return a table with names"));
  }
}

TEST_CASE("jwt gets all at sign-in, and the token alone afterwards") {
  LuaSite site(R"(return { jwt = function(token, user, account, profile, isNewUser)
    if user then
      token.provider, token.login, token.isNew = account.provider, profile.login, isNewUser
    else
      token.seen = (token.seen or 0) + 1
      token.others = account == nil and profile == nil and isNewUser == nil
    end
    return token
  end })");
  const Json token =
      site.hooks().jwt(Json::object({{"sub", "7"}, {"name", "Ann"}}), ann, account, raw_profile, true);
  CHECK(base::to_json(token) == R"({"sub":"7","name":"Ann","isNew":true,"login":"ann","provider":"github"})");
  CHECK(base::to_json(site.hooks().jwt(Json::object({{"sub", "7"}}))) ==
        R"({"sub":"7","others":true,"seen":1})");
}

TEST_CASE("authorize gives a user, or refuses") {
  LuaSite site(R"(return { authorize = function(credentials)
    if credentials.password == 'right' then return { id = 1, name = credentials.username } end
    if credentials.password == 'boolean' then return false end
    if credentials.password == 'null' then return json.null end
    if credentials.password == 'true' then return true end
    if credentials.password == 'locked' then error('Locked', 0) end
  end })");
  const auto ask = [&](const char* password) {
    return site.hooks().authorize(Json::object({{"username", "ann"}, {"password", password}}));
  };
  CHECK(base::to_json(ask("right")) == R"({"id":1,"name":"ann"})");
  CHECK(ask("wrong").is_null());
  CHECK(ask("boolean").is_null());
  CHECK(ask("null").is_null());
  CHECK_THROWS_WITH_AS(ask("true"), "Callback", hooks::Thrown);
  CHECK_THROWS_WITH_AS(ask("locked"), "Locked", hooks::Thrown);
}

TEST_CASE("authorize that is not there is a problem of the configuration, not an entry") {
  LuaSite site;
  CHECK_THROWS_AS(site.hooks().authorize(Json::object()), model::ConfigError);
}

TEST_CASE("protect opens for true alone") {
  LuaSite site(R"(return { protect = function(user, path)
    if path == '/text' then return 'yes' end
    if path == '/one' then return 1 end
    if path == '/error' then error('Locked', 0) end
    return user.email == 'ann@example.com' and user.providers[1] == 'github' and path == '/staff'
  end })");
  const auto ask = [&](const char* email, const char* path) {
    return site.hooks().protect(Json::object({{"email", email}, {"providers", Json::array({"github"})}}),
                                path);
  };
  CHECK(ask("ann@example.com", "/staff"));
  for (const char* path : {"/other", "/text", "/one"}) CHECK_FALSE(ask("ann@example.com", path));
  CHECK_FALSE(ask("bob@example.com", "/staff"));
  CHECK_THROWS_WITH_AS(ask("ann@example.com", "/error"), "Locked", hooks::Thrown);
  LuaSite none;
  CHECK_THROWS_AS(none.hooks().protect(Json::object(), "/"), model::ConfigError);
}

TEST_CASE("profile: a function for each provider that needs one") {
  LuaSite site(R"(return { profile = { github = function(profile, tokens)
    return { id = profile.login, name = tokens.accessToken }
  end } })");
  const Json tokens = Json::object({{"accessToken", "t"}});
  CHECK(base::to_json(site.hooks().profile("github", raw_profile, tokens).value()) ==
        R"({"id":"ann","name":"t"})");
  CHECK_FALSE(site.hooks().profile("google", raw_profile, tokens).has_value());
}

TEST_CASE("every event reaches its function, and no failure of one reaches the sign-in") {
  LuaSite site(R"(
  local function note(message) log.info('seen', message and message.what) end
  return { events = { signIn = note, signOut = note, createUser = note, updateUser = note, linkAccount = note,
    session = function() error('no table') end, error = note } })");
  for (const std::string name : {"signIn", "signOut", "createUser", "updateUser", "linkAccount", "error"}) {
    site.lines.clear();
    site.hooks().event(name, Json::object({{"what", name}}));
    CHECK_MESSAGE(site.logged(std::string("info seen message=") + name), name);
  }
  CHECK_NOTHROW(site.hooks().event("session", ann));
  CHECK(site.logged("error event_error callback=events.session reason=\"callbacks.lua:4: no table\""));
}
