// What is believed of a provider's discovery document.
#include "../support/world.hpp"

using namespace support;

namespace {

const std::string discovery = "https://op.example/.well-known/openid-configuration";

/// Where the sign-in ends before it has left for the provider, and the reason in the log.
std::string refused(const std::function<void(World&)>& bend) {
  World w;
  bend(w);
  CHECK(w.start().location == w.error("OAuthSignin"));
  CHECK(w.client.count("https://op.example/token") == 0);
  return w.log.back();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string document_with(const char* member, const Json& value) {
  return refused([&](World& w) { w.op.document.set(member, value); });
}

std::string sent(World& w, const char* name) {
  const auto url = http::parse_url(w.start().location).value();
  return http::first(http::parse_form(url.query, 100), name).value_or("absent");
}

}  // namespace

TEST_CASE("the discovery document's issuer must be the one configured") {
  CHECK(has(document_with("issuer", "https://evil.example"), "issuer is https://evil.example"));
  CHECK(has(document_with("issuer", "https://op.example/"), "issuer is https://op.example/"));
  CHECK(has(document_with("issuer", 7), "no issuer"));
  CHECK(has(document_with("issuer", nullptr), "no issuer"));
}

TEST_CASE("a slash at the issuer's end is not doubled") {
  World w({.op = Json::object({{"issuer", "https://op.example/"}})});
  w.op.document.set("issuer", "https://op.example/");
  CHECK(w.start().location.starts_with("https://op.example/authorize?"));
}

TEST_CASE("endpoints that secrets would be sent to in the open are refused") {
  for (const char* member : {"authorization_endpoint", "token_endpoint", "jwks_uri"})
    for (const char* url :
         {"http://op.example/x", "https://a:b@op.example/x", "//op.example/x", "op", "ftp://op.example/"}) {
      CAPTURE(url);
      CHECK(has(document_with(member, url), std::string(member) + " is no https URL"));
    }
}

TEST_CASE("a userinfo endpoint in the open is refused where it is used") {
  World w({.op = Json::object({{"idToken", false}})});
  w.op.document.set("userinfo_endpoint", "http://op.example/userinfo");
  CHECK(w.start().location == w.error("OAuthSignin"));
}

TEST_CASE("an endpoint on this machine is refused where the issuer is elsewhere") {
  for (const char* url : {"http://127.0.0.1:9/x", "https://localhost/x", "http://[::1]/x"})
    for (const char* member : {"authorization_endpoint", "token_endpoint", "jwks_uri"})
      CHECK(has(document_with(member, url), std::string(member) + " is no https URL"));
}

TEST_CASE("an issuer on loopback may do without https") {
  World w({.op = Json::object({{"issuer", "http://127.0.0.1:9"}})});
  w.op.document.set("issuer", "http://127.0.0.1:9");
  w.client.on("http://127.0.0.1:9/.well-known/openid-configuration", w.op.document);
  CHECK(w.start().location.starts_with("https://op.example/authorize?"));
}

TEST_CASE("without an authorization endpoint there is no sign-in") {
  CHECK(has(document_with("authorization_endpoint", nullptr), "no authorization_endpoint"));
}

TEST_CASE("without a token endpoint the sign-in ends at the callback") {
  World w;
  w.op.document.erase("token_endpoint");
  CHECK(refusal(w) == "OAuthCallback: there is no token endpoint");
}

TEST_CASE("a provider that is down, slow or too large is OAuthSignin") {
  CHECK(has(refused([](World& w) { w.client.off(discovery); }), "connection refused"));
  CHECK(has(refused([](World& w) { w.client.off(discovery, "timed out"); }), "timed out"));
  CHECK(has(refused([](World& w) { w.client.off(discovery, "the answer is too large"); }), "too large"));
}

TEST_CASE("a discovery document that is none is OAuthSignin") {
  CHECK(has(refused([](World& w) { w.client.on(discovery, 200, "<html>"); }), "no JSON object"));
  CHECK(has(refused([](World& w) { w.client.on(discovery, 200, "[]"); }), "no JSON object"));
  CHECK(has(refused([](World& w) { w.client.on(discovery, 404, "{}"); }), "status 404"));
}

TEST_CASE("a provider that is lost between sign-in and callback is OAuthCallback") {
  World w;
  const std::string back = w.browser.approve(w.start());
  w.clock.advance(oauth::flow_lifetime - 1s);
  w.cache.documents.clear();
  w.client.off(discovery);
  w.clock.advance(0s);
  w.client.off("https://op.example/token");
  CHECK(refusal_of(w, w.get(back)) == "OAuthCallback: https://op.example/token: connection refused");
}

TEST_CASE("PKCE and nonce are used where the provider can do them") {
  World w;
  CHECK(sent(w, "code_challenge_method") == "S256");
  CHECK(sent(w, "nonce").size() == 64);
  CHECK(sent(w, "state") != "absent");
}

TEST_CASE("PKCE is left out where the provider says it cannot") {
  World w;
  w.op.document.set("code_challenge_methods_supported", Json::array({"plain"}));
  CHECK(sent(w, "code_challenge") == "absent");
}

TEST_CASE("PKCE is used where the provider does not say and its id_token is used") {
  World w;
  w.op.document.erase("code_challenge_methods_supported");
  CHECK(sent(w, "code_challenge_method") == "S256");
  World null;
  null.op.document.set("code_challenge_methods_supported", Json());
  CHECK(sent(null, "code_challenge_method") == "S256");
  World none;
  none.op.document.set("code_challenge_methods_supported", Json::array());
  CHECK(sent(none, "code_challenge") == "absent");
}

TEST_CASE("what the site's owner chose is not added to") {
  World w({.op = Json::object({{"protection", "state"}})});
  CHECK(sent(w, "code_challenge") == "absent");
  CHECK(sent(w, "nonce") == "absent");
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("the client's secret goes where the discovery document says") {
  const auto authorization = [](const Json& methods) {
    World w;
    w.op.document.set("token_endpoint_auth_methods_supported", methods);
    w.sign_in();
    for (const http::Outgoing& request : w.client.requests)
      if (request.url == "https://op.example/token")
        return http::first(request.headers, "Authorization").value_or("form");
    return std::string("nowhere");
  };
  const std::string basic = "Basic YXBwOmNsaWVudC1zM2NyZXQ=";
  CHECK(authorization(Json()) == basic);
  CHECK(authorization(Json::array({"client_secret_post"})) == "form");
  CHECK(authorization(Json::array({"client_secret_post", "client_secret_basic"})) == basic);
}

TEST_CASE("a public client names itself in the form and sends no empty secret") {
  for (const Json& methods : {Json(), Json::array({"none"}), Json::array({"client_secret_basic", "none"})}) {
    World w({.op = Json::object({{"clientSecret", nullptr}})});
    w.op.document.set("token_endpoint_auth_methods_supported", methods);
    w.sign_in();
    const auto& request = w.client.requests.back();
    CHECK(request.url == "https://op.example/token");
    CHECK_FALSE(http::first(request.headers, "Authorization"));
    const http::Pairs form = http::parse_form(request.body, 100);
    CHECK(http::first(form, "client_id") == "app");
    CHECK_FALSE(http::first(form, "client_secret"));
  }
}
