// The profile: from userinfo, which must be the same person's, or from any address.
#include "../support/world.hpp"
#include "oauth/shared.hpp"

using namespace support;

namespace {

const std::string userinfo = "https://op.example/userinfo";
const Json from_userinfo = Json::object({{"idToken", false}});

std::string refused(const std::function<void(World&)>& bend) {
  World w({.op = from_userinfo});
  bend(w);
  return refusal(w);
}

std::string userinfo_with(const char* member, const Json& value) {
  return refused([&](World& w) { w.op.in_userinfo = [=](Json& profile) { profile.set(member, value); }; });
}

const std::string signin = "https://example.com/api/auth/signin";

World& with_plain(World& w, const Json& profile) {
  w.op.in_userinfo = [=](Json& out) { out = profile; };
  return w;
}

}  // namespace

TEST_CASE("userinfo of the same person signs in") {
  World w({.op = from_userinfo});
  CHECK(w.sign_in().location == "https://example.com");
  CHECK(w.client.count(userinfo) == 1);
}

TEST_CASE("userinfo of another person is refused") {
  const std::string why = "OAuthCallback: userinfo: sub is not the id_token's";
  CHECK(userinfo_with("sub", "ben") == why);
  CHECK(userinfo_with("sub", nullptr) == why);
  CHECK(userinfo_with("sub", Json::array({"ann"})) == why);
  CHECK(userinfo_with("sub", "ANN") == why);
}

TEST_CASE("userinfo counts with status 200 alone") {
  for (const int status : {201, 204, 301, 401, 500})
    CHECK(refused([&](World& w) { w.client.on(userinfo, status, R"({"sub":"ann"})"); }) ==
          "Callback: profile request: status " + std::to_string(status));
}

TEST_CASE("a profile that cannot be read leads back to the sign-in page") {
  for (const char* body : {"<html>", "[]", "7", "null", "", "{\"sub\":\"ann\""}) {
    CAPTURE(body);
    CHECK(refused([&](World& w) { w.client.on(userinfo, 200, body); }) == signin);
  }
  CHECK(refused([](World& w) {
          w.client.on(userinfo, 200,
                      R"({"sub":"ann","x":)" + std::string(40, '[') + std::string(40, ']') + "}");
        }) == signin);
}

TEST_CASE("userinfo that is down, slow or too large is OAuthCallback") {
  for (const char* why : {"connection refused", "timed out", "the answer is too large"})
    CHECK(refused([&](World& w) { w.client.off(userinfo, why); }) ==
          "OAuthCallback: " + userinfo + ": " + why);
}

TEST_CASE("an address in the profile that is no text makes it no profile") {
  for (const Json& email : {Json(7), Json(true), Json::array({"ann@example.com"}), Json::object()}) {
    CAPTURE(base::to_json(email));
    CHECK(userinfo_with("email", email) == signin);
  }
}

TEST_CASE("an access token that is part of the address is not logged when nobody answers there") {
  const std::string at = "https://op.example/tokens/";
  World w(
      {.more = {HostileProvider::plain_entry("acme", Json::object({{"profileUrl", at + "{accessToken}"}}))}});
  w.op.in_tokens = [](Json& tokens) { tokens.set("access_token", "t0k/en"); };
  w.client.off(at + "t0k%2Fen", "timed out");
  CHECK(refusal(w, "acme") == "Callback: " + at + "…: timed out");
}

TEST_CASE("without discovery any success will do, and no id_token is looked at") {
  World w({.more = {HostileProvider::plain_entry("acme")}});
  w.op.in_claims = [](Json& claims) { claims.set("aud", "another"); };
  w.client.on(userinfo, 201, R"({"sub":"ann","name":"Ann"})");
  CHECK(w.sign_in("acme").location == "https://example.com");
}

TEST_CASE("an account's id is a text that is not empty, or an integer") {
  for (const Json& id :
       {Json(), Json(""), Json(1.5), Json(true), Json::array({"ann"}), Json::object(), Json(1e20)}) {
    CAPTURE(base::to_json(id));
    World w({.more = {HostileProvider::plain_entry("acme")}});
    CHECK(refusal(with_plain(w, Json::object({{"sub", id}, {"name", "Ann"}})), "acme") ==
          "Callback: the profile has no id");
  }
  World w({.more = {HostileProvider::plain_entry("acme")}});
  CHECK(with_plain(w, Json::object({{"sub", 9007199254740993}})).sign_in("acme").location ==
        "https://example.com");
  CHECK(w.sql("SELECT provider_account_id FROM accounts") == "9007199254740993\n");
}

TEST_CASE("the owner's function of the profile is given the tokens alone of the account") {
  oauth::Identity who;
  who.profile = Json::object({{"sub", "ann"}});
  Json given;
  const auto own = [&](const Json& profile, const Json& tokens) {
    given = tokens;
    return Json::object({{"id", profile.text_of("sub").value_or("")}});
  };
  const Json account =
      Json::object({{"provider", "acme"}, {"type", "oauth"}, {"id", "1"}, {"accessToken", "t"}});
  oauth::name_user(who, {}, {}, account, own);
  CHECK(given == Json::object({{"accessToken", "t"}}));
  CHECK(who.account_id == "ann");
}

TEST_CASE("the access token goes into the header, or the query where the entry says so") {
  World header({.more = {HostileProvider::plain_entry("acme")}});
  header.sign_in("acme");
  CHECK(http::first(header.client.requests.back().headers, "Authorization") == "Bearer access-t0ken");
  World query(
      {.more = {HostileProvider::plain_entry("acme", Json::object({{"useAuthTokenHeader", false}}))}});
  query.sign_in("acme");
  CHECK(query.client.requests.back().url == userinfo + "?access_token=access-t0ken");
}

TEST_CASE("a further request that fails does not end the sign-in") {
  const Json entry = HostileProvider::plain_entry(
      "acme", base::parse_json(
                  R"({"profileExtra": {"emails": {"url": "https://op.example/emails", "unless": "email"}},
                                   "profile": {"id": "sub", "email": {"first": ["email", "emails.0"]}}})"));
  World w({.more = {entry}});
  w.op.in_userinfo = [](Json& profile) { profile.erase("email"); };
  w.client.off("https://op.example/emails");
  CHECK(w.sign_in("acme").location == "https://example.com");
  CHECK(w.sql("SELECT email FROM users") == "null\n");
}

TEST_CASE("a further request whose address lacks a value is not made, and does not end the sign-in") {
  World w(
      {.more = {HostileProvider::plain_entry(
           "acme", base::parse_json(
                       R"({"profileExtra": {"emails": {"url": "https://op.example/{tokens.user_id}"}}})"))}});
  CHECK(w.sign_in("acme").location == "https://example.com");
}

TEST_CASE("a further request gives what the profile lacks") {
  const Json entry = HostileProvider::plain_entry(
      "acme", base::parse_json(
                  R"({"profileExtra": {"emails": {"url": "https://op.example/emails", "unless": "email"}},
                                   "profile": {"id": "sub", "email": {"first": ["email", "emails.0"]}}})"));
  World w({.more = {entry}});
  w.op.in_userinfo = [](Json& profile) { profile.erase("email"); };
  w.client.on("https://op.example/emails", Json::array({"private@example.com"}));
  w.sign_in("acme");
  CHECK(w.sql("SELECT email FROM users") == "private@example.com\n");
}

TEST_CASE("the form field user, as Apple sends it, is part of the profile") {
  World w(
      {.op = base::parse_json(R"({"callbackUser": true, "profile": {"id": "sub", "name": "user.name"}})")});
  w.op.in_answer = [](http::Pairs& p) { p.emplace_back("user", R"({"name":"Ann of Apple"})"); };
  w.sign_in();
  CHECK(w.sql("SELECT name FROM users") == "Ann of Apple\n");
}

TEST_CASE("a field user is nothing at a provider that is not known to send one") {
  World w({.op = Json::object({{"profile", base::parse_json(R"({"id": "sub", "name": "user.name"})")}})});
  w.op.in_answer = [](http::Pairs& p) { p.emplace_back("user", R"({"name":"Somebody else"})"); };
  CHECK(w.sign_in().location == "https://example.com");
  CHECK(w.sql("SELECT name FROM users") == "null\n");
}

TEST_CASE("a field user that is no JSON is Callback") {
  World w({.op = Json::object({{"callbackUser", true}})});
  w.op.in_answer = [](http::Pairs& p) { p.emplace_back("user", "{"); };
  CHECK(refusal(w) == "Callback: the provider's parameter user is no JSON");
}
