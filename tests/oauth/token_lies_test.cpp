// Oddities of token responses and profiles: refused where they could mean two things, else without effect.
#include "../support/world.hpp"

using namespace support;

namespace {

const std::string home = "https://example.com";
const std::string signin = "https://example.com/api/auth/signin";
const std::string token_url = "https://op.example/token";
const std::string userinfo = "https://op.example/userinfo";

/// The end of a sign-in whose token response has this member bent.
std::string with_token_member(const char* member, const Json& value) {
  World w;
  w.op.in_tokens = [&](Json& tokens) { tokens.set(member, value); };
  return w.sign_in().location;
}

/// A sign-in at a provider without discovery, whose token endpoint says just this.
std::string plain_refusal(const std::string& tokens) {
  World w({.more = {HostileProvider::plain_entry("acme")}});
  w.client.on(token_url, 200, tokens);
  return refusal(w, "acme");
}

/// The same for its profile.
std::string profile_refusal(const std::string& profile) {
  World w({.more = {HostileProvider::plain_entry("acme")}});
  w.client.on(userinfo, 200, profile);
  return refusal(w, "acme");
}

std::string signed_in_as(const Json& id) {
  World w({.more = {HostileProvider::plain_entry("acme")}});
  w.op.in_userinfo = [&](Json& profile) { profile.set("sub", id); };
  const std::string location = w.sign_in("acme").location;
  return location == home ? w.sql("SELECT provider_account_id FROM accounts") : location;
}

}  // namespace

TEST_CASE("whatever token_type, expires_in and scope are, they do no harm") {
  for (const char* member : {"token_type", "expires_in", "scope", "refresh_token"})
    for (const Json& value : {Json(), Json(""), Json("mac"), Json(-1), Json(0), Json(1e308), Json("soon"),
                              Json(true), Json::array({1}), Json::object({{"a", 1}}), Json("x\r\ny")})
      CHECK_MESSAGE(with_token_member(member, value) == home, member << " " << base::to_json(value));
}

TEST_CASE("a refresh token that is no text is not kept") {
  World w;
  w.op.in_tokens = [](Json& tokens) { tokens.set("refresh_token", Json::object({{"a", 1}})); };
  w.sign_in();
  CHECK(w.sql("SELECT refresh_token FROM accounts") == "null\n");
}

TEST_CASE("a token response with a member twice is refused, in JSON and as a form") {
  CHECK(plain_refusal(R"({"access_token":"access-t0ken","access_token":"other"})") ==
        "Callback: token response: status 200, JSON that is broken or has a member twice");
  CHECK(plain_refusal(" \n{\"access_token\":") ==
        "Callback: token response: status 200, JSON that is broken or has a member twice");
  CHECK(plain_refusal("access_token=access-t0ken&access_token=other") ==
        "Callback: token response: neither JSON nor a form: a member comes twice");
  CHECK(plain_refusal("access_token=%zz") ==
        "Callback: token response: neither JSON nor a form: invalid percent-encoding");
}

TEST_CASE("an access token with a control character is refused: it would begin another header") {
  for (const char* token : {R"(a\r\nX-A: b)", R"(a\nX-A: b)", R"(a\tb)", R"(a\u007fb)"}) {
    World w({.more = {HostileProvider::plain_entry("acme")}});
    w.client.on(token_url, 200, R"({"access_token":")" + std::string(token) + "\"}");
    CHECK(refusal(w, "acme") == "Callback: token response: the access token has a control character");
    CHECK(w.client.count(userinfo) == 0);
  }
}

TEST_CASE("an error in whatever form wins over a token, and none in whatever form does not") {
  const auto with_error = [](const char* error) {
    return R"({"access_token":"access-t0ken","error":)" + std::string(error) + "}";
  };
  const std::string begin = "Callback: token request: status 200, error ";
  CHECK(plain_refusal(with_error(R"({"message":"code expired","code":100})")) == begin + "code expired");
  for (const char* error : {"{}", "[1]", "7", "true", R"({"access_token":"t0ken"})"})
    CHECK(plain_refusal(with_error(error)) == begin + "of no text");
  for (const char* none : {"null", "0", "false", R"("")"}) {
    World w({.more = {HostileProvider::plain_entry("acme")}});
    w.client.on(token_url, 200, with_error(none));
    CHECK(w.sign_in("acme").location == home);
  }
}

TEST_CASE("the line break that ends a form is no part of the token") {
  World w({.more = {HostileProvider::plain_entry("acme")}});
  w.client.on(token_url, 200, "token_type=bearer&access_token=access-t0ken\r\n");
  CHECK(w.sign_in("acme").location == home);
}

TEST_CASE("a token response is nested 32 deep at most") {
  const auto nested = [](size_t depth) {
    return R"({"access_token":"access-t0ken","x":)" + std::string(depth - 1, '[') +
           std::string(depth - 1, ']') + "}";
  };
  World w({.more = {HostileProvider::plain_entry("acme")}});
  w.client.on(token_url, 200, nested(32));
  CHECK(w.sign_in("acme").location == home);
  CHECK(plain_refusal(nested(33)).starts_with("Callback: token response: "));
}

TEST_CASE("a token response has 200 members at most, in JSON and as a form") {
  const auto json = [](int more) {
    std::string text = R"({"access_token":"access-t0ken")";
    for (int i = 0; i < more; ++i) text += ",\"m" + std::to_string(i) + "\":0";
    return text + "}";
  };
  const auto form = [](int more) {
    std::string text = "access_token=access-t0ken";
    for (int i = 0; i < more; ++i) text += "&m" + std::to_string(i) + "=";
    return text;
  };
  for (const std::string& tokens : {json(199), form(199)}) {
    World w({.more = {HostileProvider::plain_entry("acme")}});
    w.client.on(token_url, 200, tokens);
    CHECK(w.sign_in("acme").location == home);
  }
  CHECK(plain_refusal(json(200)) == "Callback: token response: too many members");
  CHECK(plain_refusal(json(100000)) == "Callback: token response: too many members");
  CHECK(plain_refusal(form(200)) ==
        "Callback: token response: neither JSON nor a form: more than 200 fields");
}

TEST_CASE("the content type is nobody's proof: what is said counts") {
  for (const char* type : {"text/html", "text/plain; charset=utf-16", "image/png", ""}) {
    World w;
    w.client.on(userinfo, [=](const http::Outgoing&) {
      return http::Answer{200, {{"Content-Type", type}}, R"({"sub":"ben","name":"Ben"})"};
    });
    CHECK(w.sign_in().location == home);
  }
}

TEST_CASE("a profile with a member twice is no profile") {
  CHECK(profile_refusal(R"({"sub":"ann","sub":"ben"})") == signin);
  CHECK(profile_refusal(R"({"sub":"ann","x":{"a":1,"a":2}})") == signin);
  CHECK(profile_refusal(R"({"sub":"ann","s\u0075b":"ben"})") == signin);
}

TEST_CASE("text that is none is no profile") {
  for (const char* body :
       {"{\"sub\":\"ann\",\"name\":\"\xff\"}", R"({"sub":"ann","name":"\ud800"})",
        R"({"sub":"ann\u0000ben"})", "\xef\xbb\xbf{\"sub\":\"ann\"}", R"({"sub":"ann"} {"sub":"ben"})",
        R"({'sub':'ann'})", R"({"sub":"ann",})", R"({"sub":NaN})"})
    CHECK_MESSAGE(profile_refusal(body) == signin, body);
}

TEST_CASE("an address with a control character is refused: mails and headers are made with it") {
  CHECK(profile_refusal(R"({"sub":"ann","email":"ann@example.com\r\nBcc: all@example.com"})") ==
        "Callback: the profile's email has a control character");
}

TEST_CASE("claims that are said to lie elsewhere are not fetched") {
  World w({.op = Json::object({{"idToken", false}})});
  const std::string elsewhere = "https://op.example/claims";
  w.client.on(elsewhere, Json::object({{"email", "victim@example.com"}}));
  w.op.in_userinfo = [&](Json& profile) {
    profile.erase("email");
    profile.set("_claim_names", Json::object({{"email", "there"}}));
    profile.set("_claim_sources", Json::object({{"there", Json::object({{"endpoint", elsewhere}})}}));
  };
  CHECK(w.sign_in().location == home);
  CHECK(w.client.count(elsewhere) == 0);
  CHECK(w.sql("SELECT email FROM users") == "null\n");
}

TEST_CASE("an account's id is as long as the limit, no longer") {
  const std::string longest(oauth::account_id_limit, 'x');
  CHECK(signed_in_as(longest) == longest + "\n");
  CHECK(profile_refusal(R"({"sub":")" + longest + R"(x"})") == "Callback: the profile has no id");
}

TEST_CASE("an integer is an account's id up to 64 bits, a larger one would be somebody else's too") {
  CHECK(signed_in_as(Json(9223372036854775807LL)) == "9223372036854775807\n");
  CHECK(signed_in_as(Json(-1)) == "-1\n");
  CHECK(profile_refusal(R"({"sub":9223372036854775808})") == "Callback: the profile has no id");
  CHECK(profile_refusal(R"({"sub":1e3})") == "Callback: the profile has no id");
  CHECK(profile_refusal(R"({"sub":1e400})") == signin);
}

TEST_CASE("a template makes no id of a number that is not exact") {
  const auto entry = HostileProvider::plain_entry(
      "acme", base::parse_json(R"({"profile": {"id": {"template": "{sub}"}, "name": "name"}})"));
  for (const auto& [number, id] :
       {std::pair{"9223372036854775807", "9223372036854775807"}, std::pair{"9223372036854775808", ""},
        std::pair{"92233720368547758070", ""}, std::pair{"1.5", "1.5"}, std::pair{"-1e300", ""}}) {
    World w({.more = {entry}});
    w.client.on(userinfo, 200, std::string(R"({"sub":)") + number + "}");
    const Reply reply = w.sign_in("acme");
    CHECK(reply.location == (*id ? home : signin));
    if (*id) CHECK(w.sql("SELECT provider_account_id FROM accounts") == std::string(id) + "\n");
  }
}

TEST_CASE("an id is the provider's own: two providers' equal ids are two people") {
  World w({.more = {HostileProvider::plain_entry("acme")}});
  w.sign_in("acme");
  w.browser.sign_out();
  w.op.person.set("email", "other@example.com");
  CHECK(w.sign_in("op").location == home);
  CHECK(w.sql("SELECT count(*) FROM users") == "2\n");
}

TEST_CASE("another provider's word on an address does not open the account that has it") {
  World w({.more = {HostileProvider::plain_entry("acme")}});
  w.sign_in("op");
  w.browser.sign_out();
  w.op.in_userinfo = [](Json& profile) {
    profile.set("sub", "mallory");
    profile.set("email", "ANN@EXAMPLE.COM");
    profile.set("email_verified", true);
  };
  CHECK(w.sign_in("acme").location == w.error("OAuthAccountNotLinked"));
  CHECK(w.session() == Json::object());
}

TEST_CASE("redirects of the token endpoint are followed by nobody, whatever their status") {
  for (const int status : {301, 302, 303, 307, 308}) {
    World w;
    w.client.on(token_url, [=](const http::Outgoing& request) {
      CHECK_FALSE(request.follow);
      return http::Answer{status, {{"Location", "https://op.example/elsewhere"}}, ""};
    });
    CHECK(refusal(w) == "Callback: token request: status " + std::to_string(status));
    CHECK(w.client.count("https://op.example/elsewhere") == 0);
  }
}

TEST_CASE("statuses that are no success are none, even with tokens") {
  for (const int status : {100, 199, 300, 304, 400, 401, 403, 418, 429, 500, 503, 999}) {
    World w;
    w.client.on(token_url, status, R"({"access_token":"access-t0ken","id_token":"a.b.c"})");
    CHECK(refusal(w) == "Callback: token request: status " + std::to_string(status));
  }
}
