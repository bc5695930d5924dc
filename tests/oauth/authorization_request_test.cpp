// The address that a visitor is sent to, and what must never be replaced in it.
#include "../support/world.hpp"
#include "base/text.hpp"

using namespace support;

namespace {

http::Pairs sent(World& w, const std::string& query = "", const std::string& id = "op") {
  const Reply started = w.browser.start(id, {}, query);
  const auto url = http::parse_url(started.location);
  REQUIRE(url);
  return http::parse_form(url->query, 100);
}

std::string value(const http::Pairs& parameters, const char* name) {
  size_t count = 0;
  for (const auto& parameter : parameters) count += parameter.first == name ? 1 : 0;
  return count > 1 ? "several" : http::first(parameters, name).value_or("absent");
}

}  // namespace

TEST_CASE("the request says who asks, for what, and where to return") {
  World w;
  const http::Pairs asked = sent(w);
  CHECK(value(asked, "response_type") == "code");
  CHECK(value(asked, "client_id") == "app");
  CHECK(value(asked, "redirect_uri") == "https://example.com/api/auth/callback/op");
  CHECK(value(asked, "scope") == "openid profile email");
}

TEST_CASE("of a name that comes more than once in the page's query, each value goes on to the provider") {
  World w;
  const http::Pairs asked = sent(w, "?resource=a&scope=one&resource=b&scope=two");
  http::Pairs several;
  for (const auto& parameter : asked)
    if (parameter.first == "resource" || parameter.first == "scope") several.push_back(parameter);
  CHECK(several == http::Pairs{{"resource", "a"}, {"scope", "one"}, {"resource", "b"}, {"scope", "two"}});
}

TEST_CASE("the page's query goes on to the provider, but replaces nothing that protects") {
  World w;
  const http::Pairs honest = sent(w);
  const http::Pairs asked =
      sent(w,
           "?prompt=login&login_hint=a%40b&callbackUrl=%2F&client_id=evil&redirect_uri=https%3A%2F%2Fevil&"
           "response_type=token&state=x&nonce=x&code_challenge=x&code_challenge_method=plain&"
           "code_challenges=x&request=x&request_uri=https%3A%2F%2Fevil");
  CHECK(value(asked, "prompt") == "login");
  CHECK(value(asked, "login_hint") == "a@b");
  CHECK(value(asked, "callbackUrl") == "/");
  CHECK(value(asked, "code_challenges") == "absent");
  // RFC 9101: an object that would replace all the others.
  CHECK(value(asked, "request") == "absent");
  CHECK(value(asked, "request_uri") == "absent");
  for (const char* name : {"client_id", "redirect_uri", "response_type", "code_challenge_method"})
    CHECK(value(asked, name) == value(honest, name));
  for (const char* name : {"state", "nonce", "code_challenge"}) CHECK(value(asked, name).size() > 20);
}

TEST_CASE("what protects is not replaced by a name that comes twice in the page's query either") {
  World w;
  const http::Pairs honest = sent(w);
  for (const char* name : {"client_id", "redirect_uri", "response_type", "code_challenge_method"}) {
    CAPTURE(name);
    const std::string evil = std::string(name) + "=evil";
    CHECK(value(sent(w, "?" + evil + "&" + evil), name) == value(honest, name));
  }
}

TEST_CASE("the scope may be replaced by the page, and is sent empty where it is") {
  World w({.more = {HostileProvider::plain_entry("acme"),
                    HostileProvider::plain_entry("bare", Json::object({{"scope", Json::array()}}))}});
  CHECK(value(sent(w, "?scope=openid%20more"), "scope") == "openid more");
  CHECK(value(sent(w, "", "acme"), "scope") == "");
  CHECK(value(sent(w, "", "bare"), "scope") == "absent");
}

TEST_CASE("state, verifier and nonce are new in every flow") {
  World w;
  const http::Pairs first = sent(w), second = sent(w);
  for (const char* name : {"state", "nonce", "code_challenge"})
    CHECK(value(first, name) != value(second, name));
}

TEST_CASE("the state ends with a hash of the browser's CSRF token, as in v3") {
  World w;
  const std::string state = value(sent(w), "state");
  CHECK(state.substr(state.find('.') + 1) == crypto::sha256_hex(w.browser.csrf()));
  CHECK(state.find('.') == 32);
}

TEST_CASE("the challenge is the verifier's hash") {
  World w;
  const Reply started = w.start();
  const auto url = http::parse_url(started.location).value();
  w.get(w.browser.approve(started));
  CHECK(w.op.last_code_verifier.size() == 64);
  CHECK(value(http::parse_form(url.query, 100), "code_challenge") ==
        base::to_base64url(crypto::sha256(w.op.last_code_verifier)));
}

TEST_CASE("nothing of a flow is kept in a form that would work if it were read") {
  World w;
  const std::string state = value(sent(w), "state");
  CHECK(w.sql("SELECT * FROM oauth_states").find(state) == std::string::npos);
}
