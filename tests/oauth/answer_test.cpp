// The answer at the callback: whose flow it belongs to, and that it belongs to it once.
#include "../support/world.hpp"

using namespace support;

namespace {

/// Signs in with the callback's parameters bent: "CODE: reason".
std::string refused(const std::function<void(http::Pairs&)>& bend, const Json& op = Json::object()) {
  World w({.op = op});
  w.op.in_answer = bend;
  return refusal(w);
}

void drop(http::Pairs& parameters, const std::string& name) {
  std::erase_if(parameters, [&](const auto& parameter) { return parameter.first == name; });
}

const std::string token_url = "https://op.example/token";

}  // namespace

TEST_CASE("an answer without state is refused") {
  CHECK(refused([](http::Pairs& p) { drop(p, "state"); }) == "OAuthCallback: state is missing or not ours");
}

TEST_CASE("a state that was not made here is refused") {
  CHECK(refused([](http::Pairs& p) { http::put(p, "state", "made-up"); }) ==
        "OAuthCallback: state is missing or not ours");
  CHECK(refused([](http::Pairs& p) { http::put(p, "state", "made.up"); }) ==
        "OAuthCallback: state was made for another browser");
}

TEST_CASE("a guessed state with this browser's part finds no flow") {
  CHECK(refused([](http::Pairs& p) {
          const std::string state = http::first(p, "state").value();
          http::put(p, "state", std::string(32, '0') + state.substr(state.find('.')));
        }) == "OAuthCallback: this sign-in was not begun here, or is over already");
}

TEST_CASE("the state of another browser is refused, and its sign-in goes on") {
  World w;
  Browser other(w);
  const std::string back = other.approve(other.start());
  w.browser.csrf();
  CHECK(refusal_of(w, w.get(back)) == "OAuthCallback: state was made for another browser");
  CHECK(other.get(back).location == "https://example.com");
}

TEST_CASE("an answer works once") {
  World w;
  const std::string back = w.browser.approve(w.start());
  CHECK(w.get(back).location == "https://example.com");
  w.browser.sign_out();
  CHECK(w.get(back).location == w.error("OAuthCallback"));
  CHECK(w.logged("was not begun here, or is over already"));
  CHECK(w.client.count(token_url) == 1);
}

TEST_CASE("a flow that failed is used up too") {
  World w;
  w.client.off(token_url);
  const std::string back = w.browser.approve(w.start());
  w.get(back);
  CHECK(refusal_of(w, w.get(back)) == "OAuthCallback: this sign-in was not begun here, or is over already");
}

TEST_CASE("a flow is fresh for 15 minutes") {
  for (const bool database : {true, false}) {
    CAPTURE(database);
    World w({.database = database});
    std::string back = w.browser.approve(w.start());
    w.clock.advance(oauth::flow_lifetime - 1ms);
    CHECK(w.get(back).location == "https://example.com");
    w.browser.sign_out();
    back = w.browser.approve(w.start());
    w.clock.advance(oauth::flow_lifetime);
    CHECK(w.get(back).location == w.error("OAuthCallback"));
    CHECK(w.client.count(token_url) == 1);
  }
}

TEST_CASE("a later sign-in in the same browser makes an earlier one no fresher") {
  for (const bool database : {true, false}) {
    CAPTURE(database);
    World w({.database = database});
    const std::string first = w.browser.approve(w.start());
    w.clock.advance(10min);
    const std::string second = w.browser.approve(w.start());
    w.clock.advance(5min);
    CHECK(w.get(first).location == w.error("OAuthCallback"));
    CHECK(w.get(second).location == "https://example.com");
  }
}

TEST_CASE("a state made for one provider is not answered by another") {
  for (const bool database : {true, false}) {
    CAPTURE(database);
    World w({.database = database, .more = {HostileProvider::plain_entry("acme")}});
    w.start("acme");
    const http::Pairs answer = w.op.approve(w.start("op").location);
    CHECK(refusal_of(w, w.get(http::with_query("/callback/acme", answer))) ==
          "OAuthCallback: state was made for another provider");
    CHECK(w.client.count(token_url) == 0);
  }
}

TEST_CASE("two tabs that sign in at once both succeed") {
  for (const bool database : {true, false}) {
    CAPTURE(database);
    World w({.database = database});
    const std::string first = w.browser.approve(w.start("op", {{"callbackUrl", "/first"}}));
    const std::string second = w.browser.approve(w.start("op", {{"callbackUrl", "/second"}}));
    CHECK(w.get(first).location == "https://example.com/first");
    CHECK(w.get(second).location == "https://example.com/second");
  }
}

TEST_CASE("without state the browser alone is what a flow is bound to") {
  World w({.op = Json::object({{"protection", Json::array({"pkce", "nonce"})}})});
  Browser other(w);
  const std::string back = w.browser.approve(w.start());
  CHECK(back.find("state=") == std::string::npos);
  CHECK(other.get(back).location == w.error("OAuthCallback"));
  CHECK(w.get(back).location == "https://example.com");
}

TEST_CASE("without state a provider's answer finds the flow of that provider alone") {
  const Json bare = Json::object({{"protection", Json::array({"pkce"})}});
  World w({.more = {HostileProvider::plain_entry("acme", bare), HostileProvider::plain_entry("bree", bare)}});
  const std::string acme = w.browser.approve(w.start("acme"), "acme");
  const std::string bree = w.browser.approve(w.start("bree"), "bree");
  CHECK(w.get(acme).location == "https://example.com");
  w.browser.sign_out();
  w.op.person.set("sub", "ben");
  w.op.person.set("email", "ben@example.com");
  CHECK(w.get(bree).location == "https://example.com");
}

// However it was found.
TEST_CASE("a flow of another browser is none of this one's") {
  World w;
  const model::Flow flow{.key_hash = {},
                         .provider_id = "op",
                         .browser = crypto::sha256_hex("this browser's token"),
                         .code_verifier = {},
                         .nonce = {},
                         .request_token_secret = {},
                         .callback_url = {},
                         .expires = w.clock.now() + 1min};
  oauth::CallbackAnswer answer;
  answer.code = "c0de";
  const auto check = [&](const char* csrf_token) {
    oauth::check_answer(w.providers.front(), {}, answer, flow, csrf_token, w.clock.now());
  };
  CHECK_NOTHROW(check("this browser's token"));
  CHECK_THROWS_WITH_AS(check("another's token"), "state was made for another browser", model::AuthError);
}

TEST_CASE("a security parameter that comes twice is refused") {
  for (const char* name : {"code", "state", "iss", "error", "user"})
    CHECK(refused([&](http::Pairs& p) {
            p.emplace_back(name, "x");
            p.emplace_back(name, "x");
          }) == "OAuthCallback: " + std::string(name) + " comes twice");
}

TEST_CASE("a provider's error is Callback, and wins over a code") {
  CHECK(refused([](http::Pairs& p) {
          drop(p, "code");
          p.emplace_back("error", "access_denied");
          p.emplace_back("error_description", "went away");
        }) == "Callback: the provider says access_denied: went away");
  World w;
  w.op.in_answer = [](http::Pairs& p) { p.emplace_back("error", "access_denied"); };
  CHECK(refusal(w) == "Callback: the provider says access_denied");
  CHECK(w.client.count(token_url) == 0);
}

TEST_CASE("an error for another browser's flow says nothing of it") {
  World w;
  CHECK(refusal_of(w, w.get("/callback/op?error=access_denied&state=a.b")) ==
        "OAuthCallback: state was made for another browser");
}

TEST_CASE("an answer without code is Callback") {
  CHECK(refused([](http::Pairs& p) { drop(p, "code"); }) == "Callback: the provider sent no code");
  CHECK(refused([](http::Pairs& p) { http::put(p, "code", ""); }) == "Callback: the provider sent no code");
}

// RFC 9207
TEST_CASE("iss in the answer must be the provider's") {
  CHECK(refused([](http::Pairs& p) { p.emplace_back("iss", "https://evil.example"); }) ==
        "OAuthCallback: iss is another issuer's");
  CHECK(refused([](http::Pairs& p) { p.emplace_back("iss", "https://op.example/"); }) ==
        "OAuthCallback: iss is another issuer's");
  World w;
  w.op.in_answer = [](http::Pairs& p) { p.emplace_back("iss", "https://op.example"); };
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("an announced iss is required") {
  World w;
  w.op.document.set("authorization_response_iss_parameter_supported", true);
  CHECK(refusal(w) == "OAuthCallback: iss is missing");
  w.op.in_answer = [](http::Pairs& p) { p.emplace_back("iss", "https://op.example"); };
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("iss is judged before an error is believed") {
  CHECK(refused([](http::Pairs& p) {
          p.emplace_back("error", "access_denied");
          p.emplace_back("iss", "https://evil.example");
        }) == "OAuthCallback: iss is another issuer's");
}

TEST_CASE("a form from the provider's page comes back with the browser's cookies") {
  for (const bool database : {true, false}) {
    CAPTURE(database);
    World w({.database = database});
    const http::Pairs answer = w.op.approve(w.start("op", {{"callbackUrl", "/in"}}).location);
    const Reply again = w.browser.post_from_elsewhere("/callback/op", answer);
    CHECK(again.status == 303);
    CHECK(again.set_cookies.empty());
    CHECK(again.location == http::with_query(w.root() + "/callback/op", answer));
    CHECK(w.get(again.location).location == "https://example.com/in");
  }
}

TEST_CASE("a form that comes with cookies is taken at once") {
  World w;
  CHECK(w.post("/callback/op", w.op.approve(w.start().location)).location == "https://example.com");
}

TEST_CASE("a parameter in the query and the form alike comes twice") {
  World w;
  const http::Pairs answer = w.op.approve(w.start().location);
  const std::string code = http::first(answer, "code").value();
  CHECK(refusal_of(w, w.post("/callback/op?code=" + code, answer)) == "OAuthCallback: code comes twice");
}
