// Tricks with the flow itself: what a browser, a scanner or a provider's page may try between start and
// callback.
#include <future>

#include "../support/world.hpp"

using namespace support;

namespace {

const std::string home = "https://example.com";
const std::string token_url = "https://op.example/token";
const std::string verifier = "__Secure-next-auth.pkce.code_verifier";
const std::string state = "__Secure-next-auth.state";

std::string start_refusal(const std::function<void(World&)>& bend) {
  World w;
  bend(w);
  CHECK(w.start().location == w.error("OAuthSignin"));
  return w.log.back();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("HEAD looks at an answer and leaves the flow to GET") {
  for (const bool database : {true, false}) {
    World w({.database = database});
    const std::string back = w.browser.approve(w.start());
    for (int i = 0; i < 3; ++i) CHECK(w.browser.head(back).status == 200);
    CHECK(w.client.count(token_url) == 0);
    CHECK(w.session() == Json::object());
    CHECK(w.get(back).location == home);
  }
}

TEST_CASE("HEAD is told what GET is told of an answer that is none") {
  World w;
  w.browser.csrf();
  for (const char* where : {"/callback/op", "/callback/op?state=a.b&code=c", "/callback/op?state=a&state=b"})
    CHECK(w.browser.head(where).location == w.get(where).location);
}

TEST_CASE("without a database PKCE cannot be taken away with its cookie") {
  World w({.database = false});
  const std::string back = w.browser.approve(w.start());
  w.browser.cookies.erase(verifier);
  CHECK(refusal_of(w, w.get(back)) == "OAuthCallback: this sign-in was not begun here, or is over already");
  CHECK(w.client.count(token_url) == 0);
}

TEST_CASE("without a database another flow's verifier is not taken for this one's") {
  World w({.database = false});
  const std::string first = w.browser.approve(w.start());
  const std::string old = w.browser.cookies[verifier];
  w.browser.cookies.clear();
  const std::string second = w.browser.approve(w.start());
  w.browser.cookies[verifier] = old;
  CHECK(w.get(second).location == w.error("OAuthCallback"));
  CHECK(w.get(first).location == w.error("OAuthCallback"));
  CHECK(w.client.count(token_url) == 0);
}

TEST_CASE("one flow cookie is not taken for the other, nor for a session") {
  World w({.database = false});
  const std::string back = w.browser.approve(w.start());
  std::swap(w.browser.cookies[verifier], w.browser.cookies[state]);
  CHECK(w.get(back).location == w.error("OAuthCallback"));
  for (const std::string& name : {verifier, state}) {
    w.browser.cookies["__Secure-next-auth.session-token"] = w.browser.cookies[name];
    CHECK(w.session() == Json::object());
  }
}

TEST_CASE("a session is not taken for a flow") {
  World w({.database = false});
  w.sign_in();
  const std::string session = w.browser.cookies["__Secure-next-auth.session-token"];
  const std::string back = w.browser.approve(w.start());
  w.browser.cookies[state] = session;
  CHECK(w.get(back).location == w.error("OAuthCallback"));
}

TEST_CASE("an announced PKCE is used, and the code cannot be redeemed without its verifier") {
  World w;
  const std::string back = w.browser.approve(w.start());
  CHECK(w.sql("UPDATE oauth_states SET code_verifier = 'guessed'").empty());
  CHECK(refusal_of(w, w.get(back)) ==
        "Callback: token request: status 400, error invalid_grant: code_verifier does not fit");
}

TEST_CASE("a link cannot take protection out of the authorization request") {
  World w;
  const Reply plain = w.browser.start("op", {},
                                      "?code_challenge=&code_challenge_method=plain&nonce=&state=&request=x&"
                                      "request_uri=https%3A%2F%2Fevil.com");
  const auto url = http::parse_url(plain.location).value();
  const http::Pairs sent = http::parse_form(url.query, 100);
  CHECK(http::first(sent, "code_challenge_method") == "S256");
  CHECK(http::first(sent, "code_challenge").value().size() == 43);
  CHECK(http::first(sent, "nonce").value().size() == 64);
  CHECK(http::first(sent, "state").value().size() > 64);
  CHECK_FALSE(http::first(sent, "request"));
  CHECK_FALSE(http::first(sent, "request_uri"));
}

TEST_CASE("an iss without a value is not taken for none") {
  World w;
  w.op.in_answer = [](http::Pairs& p) { p.emplace_back("iss", ""); };
  CHECK(refusal(w) == "OAuthCallback: iss is empty");
}

TEST_CASE("a code of another provider's flow is refused where both announce iss") {
  World w;
  w.op.document.set("authorization_response_iss_parameter_supported", true);
  w.op.in_answer = [](http::Pairs& p) { p.emplace_back("iss", "https://honest.example"); };
  CHECK(refusal(w) == "OAuthCallback: iss is another issuer's");
  CHECK(w.client.count(token_url) == 0);
}

TEST_CASE("an answer from a form is sent on with what it is read for, and no more") {
  World w;
  w.start();
  const http::Pairs answer{{"code", "c"}, {"callbackUrl", "https://evil.com"}, {"state", "a.b"}, {"x", "y"}};
  CHECK(w.browser.post_from_elsewhere("/callback/op", answer).location ==
        w.root() + "/callback/op?code=c&state=a.b");
}

TEST_CASE("an answer from a form that is longer than an address may be is refused") {
  World w;
  const auto sent = [&](size_t length) {
    return w.browser.post_from_elsewhere("/callback/op", {{"code", std::string(length, 'x')}});
  };
  const size_t rest = (w.root() + "/callback/op?code=").size();
  CHECK(sent(w.options.limits.header - rest).status == 303);
  const Reply refused = sent(w.options.limits.header - rest + 1);
  CHECK(refused.location == w.error("OAuthCallback"));
  CHECK(refused.set_cookies.empty());
}

TEST_CASE("of callbacks at once exactly one redeems the code") {
  World w;
  const std::string back = w.browser.approve(w.start());
  const auto parts = std::pair{back.find("state="), back.size()};
  const std::string sent = back.substr(parts.first + 6);
  const std::string key = crypto::sha256_hex(http::decode(sent.substr(0, sent.find('&'))).value());
  std::atomic<int> won = 0;
  std::vector<std::future<void>> crowd;
  for (int i = 0; i < 8; ++i)
    crowd.push_back(
        std::async(std::launch::async, [&] { won += w.database->lend()->take_flow(key) ? 1 : 0; }));
  for (auto& one : crowd) one.get();
  CHECK(won == 1);
  CHECK(w.get(back).location == w.error("OAuthCallback"));
}

TEST_CASE("hostile text of a provider's reaches neither page nor header, and the log on one line") {
  World w;
  const std::string hostile = "<script>alert(1)</script>\r\nSet-Cookie: a=b\r\n error forged\x1b[31m";
  w.op.in_answer = [&](http::Pairs& p) {
    p.emplace_back("error", hostile);
    p.emplace_back("error_description", hostile + std::string(100000, 'x'));
  };
  const Reply reply = w.sign_in();
  CHECK(reply.location == w.error("Callback"));
  CHECK_FALSE(has(w.get(reply.location).location, "script"));
  CHECK_FALSE(has(w.get("/signin?error=Callback").body, "alert(1)"));
  for (const std::string& line : w.log) {
    CHECK(line.find('\n') == line.size() - 1);
    CHECK_FALSE(has(line, "\x1b"));
    CHECK(line.size() < 16384);
  }
}

TEST_CASE("members of the discovery document that are of no use are named, not believed") {
  for (const char* member : {"authorization_endpoint", "token_endpoint", "jwks_uri"})
    for (const char* url :
         {"javascript:alert(1)", "https://op.example\\@evil.com/", "https://op.example/\r\nX: y", "https://",
          "file:///etc/passwd", "https://op.example:0/", "https://127.0.0.1/x", "https://[::1]/x",
          "https://LOCALHOST/x"})
      CHECK_MESSAGE(has(start_refusal([&](World& w) { w.op.document.set(member, url); }), "is no https URL"),
                    member << " " << url);
  for (const Json& value :
       {Json(7), Json::array({"https://op.example/authorize"}), Json::object(), Json(true)})
    CHECK(has(start_refusal([&](World& w) { w.op.document.set("authorization_endpoint", value); }),
              "no authorization_endpoint"));
}

TEST_CASE("lists in the discovery document that are none weaken nothing") {
  for (const Json& value :
       {Json("none"), Json(7), Json::object({{"0", "none"}}), Json::array({"none", 7, Json()})}) {
    World w;
    w.op.document.set("id_token_signing_alg_values_supported", value);
    CHECK(refusal(w) == "OAuthCallback: id_token: alg ES256 is not accepted");
  }
  World w;
  w.op.document.set("code_challenge_methods_supported", Json("S256"));
  w.op.document.set("authorization_response_iss_parameter_supported", "true");
  CHECK(w.sign_in().location == home);
}
