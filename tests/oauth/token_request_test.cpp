// What is sent to the token endpoint, and what its answers may be.
#include "../support/world.hpp"

using namespace support;

namespace {

const std::string token_url = "https://op.example/token";

/// The token request of a sign-in with these keys in the provider's entry.
http::Outgoing token_request(const Json& op) {
  World w({.op = op});
  w.sign_in();
  for (const http::Outgoing& request : w.client.requests)
    if (request.url == token_url) return request;
  return {};
}

std::string field(const http::Outgoing& request, const char* name) {
  return http::first(http::parse_form(request.body, 100), name).value_or("absent");
}

std::string refused(int status, const std::string& body) {
  World w;
  w.client.on(token_url, status, body);
  return refusal(w);
}

}  // namespace

TEST_CASE("the code is redeemed by POST with the verifier and the same redirect_uri") {
  const http::Outgoing request = token_request(Json::object({{"clientAuth", "post"}}));
  CHECK(request.method == "POST");
  CHECK_FALSE(request.follow);
  CHECK(field(request, "grant_type") == "authorization_code");
  CHECK(field(request, "code") == "c0de-1");
  CHECK(field(request, "redirect_uri") == "https://example.com/api/auth/callback/op");
  CHECK(field(request, "client_id") == "app");
  CHECK(field(request, "client_secret") == "client-s3cret");
  CHECK(field(request, "code_verifier").size() == 64);
  CHECK(http::first(request.headers, "Accept") == "application/json");
}

TEST_CASE("with basic the secret is in the header alone, each part form-encoded") {
  const http::Outgoing request =
      token_request(Json::object({{"clientAuth", "basic"}, {"clientSecret", "a:b c"}}));
  CHECK(http::first(request.headers, "Authorization") == "Basic YXBwOmElM0FiJTIwYw==");
  // Else the client's id would end at its colon, and the rest be taken for the secret's begin.
  const http::Outgoing other = token_request(Json::object({{"clientAuth", "basic"}, {"clientId", "a:p"}}));
  CHECK(http::first(other.headers, "Authorization") == "Basic YSUzQXA6Y2xpZW50LXMzY3JldA==");
  CHECK(field(request, "client_id") == "absent");
  CHECK(field(request, "client_secret") == "absent");
}

TEST_CASE("with both the secret is in header and form, with none in neither") {
  const http::Outgoing both = token_request(Json::object({{"clientAuth", "both"}}));
  CHECK(http::first(both.headers, "Authorization"));
  CHECK(field(both, "client_secret") == "client-s3cret");
  const http::Outgoing none = token_request(Json::object({{"clientAuth", "none"}}));
  CHECK_FALSE(http::first(none.headers, "Authorization"));
  CHECK(field(none, "client_secret") == "absent");
  CHECK(field(none, "client_id") == "app");
}

TEST_CASE("params replace what is always sent, null takes it away") {
  const http::Outgoing request = token_request(base::parse_json(
      R"({"clientAuth": "post", "params": {"grant_type": "own", "redirect_uri": null, "appid": "7"}})"));
  CHECK(field(request, "grant_type") == "own");
  CHECK(field(request, "redirect_uri") == "absent");
  CHECK(field(request, "appid") == "7");
}

TEST_CASE("an error of the token endpoint is Callback, with the provider's word in the log") {
  CHECK(refused(400, R"({"error":"invalid_grant","error_description":"too late"})") ==
        "Callback: token request: status 400, error invalid_grant: too late");
  CHECK(refused(200, R"({"error":"bad_verification_code"})") ==
        "Callback: token request: status 200, error bad_verification_code");
  CHECK(refused(400, "error=invalid_grant&error_description=too+late") ==
        "Callback: token request: status 400, error invalid_grant: too late");
  CHECK(refused(503, "") == "Callback: token request: status 503");
  CHECK(refused(500, "<html>100% broken</html>")
            .starts_with("Callback: token response: neither JSON nor a form"));
  CHECK(refused(302, "") == "Callback: token request: status 302");
}

TEST_CASE("an answer that is no object is Callback") {
  World w({.op = Json::object({{"idToken", false}, {"protection", "state"}})});
  for (const char* body : {"[]", "7", "null", "\"token\"", ""}) {
    CAPTURE(body);
    w.client.on(token_url, 200, body);
    CHECK(refusal(w) == "Callback: token response: no access token");
  }
}

TEST_CASE("an answer without access token is Callback, unless the id_token is the profile") {
  World plain({.more = {HostileProvider::plain_entry("acme")}});
  plain.op.in_tokens = [](Json& tokens) { tokens.erase("access_token"); };
  CHECK(refusal(plain, "acme") == "Callback: token response: no access token");
  CHECK(plain.sign_in("op").location == "https://example.com");
}

TEST_CASE("an access token that is no text is none") {
  World w({.more = {HostileProvider::plain_entry("acme")}});
  w.op.in_tokens = [](Json& tokens) { tokens.set("access_token", Json::array({"x"})); };
  CHECK(refusal(w, "acme") == "Callback: token response: no access token");
}

TEST_CASE("the answer may be a form") {
  World w({.more = {HostileProvider::plain_entry("acme")}});
  w.client.on(token_url, 200, "access_token=access-t0ken&scope=&token_type=bearer");
  CHECK(w.sign_in("acme").location == "https://example.com");
}

TEST_CASE("a token endpoint that is down, slow or too large is OAuthCallback") {
  for (const char* why : {"connection refused", "timed out", "the answer is too large"}) {
    World w;
    w.client.off(token_url, why);
    CHECK(refusal(w) == "OAuthCallback: " + token_url + ": " + why);
  }
}

TEST_CASE("what a provider repeats of our secrets does not reach the log") {
  World w({.op = Json::object({{"clientAuth", "post"}})});
  w.client.on(token_url, [](const http::Outgoing& request) {
    return http::Answer{
        400, {}, base::to_json(Json::object({{"error", "oops"}, {"error_description", request.body}}))};
  });
  w.sign_in();
  CHECK(w.logged("oops"));
  CHECK_FALSE(w.logged("client-s3cret"));
  CHECK_FALSE(w.logged("c0de-1"));
}

TEST_CASE("nor what it repeats of the Authorization header") {
  World w({.op = Json::object({{"clientAuth", "basic"}})});
  std::string sent;
  w.client.on(token_url, [&sent](const http::Outgoing& request) {
    sent = http::first(request.headers, "Authorization").value_or("");
    return http::Answer{
        400, {}, base::to_json(Json::object({{"error", "oops"}, {"error_description", sent}}))};
  });
  w.sign_in();
  CHECK(w.logged("oops"));
  REQUIRE(sent.starts_with("Basic "));
  CHECK_FALSE(w.logged(sent.substr(6)));
}

TEST_CASE("a token response cannot name another account or provider") {
  World w;
  w.op.in_tokens = [](Json& tokens) {
    tokens.set("provider", "github");
    tokens.set("type", "credentials");
    tokens.set("id", "ben");
  };
  Json seen;
  w.hooks.on_sign_in = [&](const Json&, const Json& account, const Json&) {
    seen = account;
    return hooks::SignInAnswer{};
  };
  w.sign_in();
  CHECK(seen.text_of("provider") == "op");
  CHECK(seen.text_of("type") == "oauth");
  CHECK(seen.text_of("id") == "ann");
  CHECK(seen.text_of("accessToken") == "access-t0ken");
  CHECK(w.sql("SELECT provider_id, provider_account_id FROM accounts") == "op|ann\n");
}
