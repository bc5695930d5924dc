// Session cookies in one piece and in several, and flows that live in cookies.
#include "../support/world.hpp"

using namespace support;

namespace {

const std::string name = "__Secure-next-auth.session-token";
constexpr size_t piece_size = 3933;

/// A site whose JWT sessions have so many bytes in their cookie.
struct Padded {
  World w{{.jwt = true}};
  size_t padding = 0;

  Padded() {
    w.hooks.on_jwt = [this](Json token) {
      token.set("x", std::string(padding, 'x'));
      return token;
    };
  }
  /// Signs in with the largest token that is no larger than this (base 64 has no text of every size).
  void sign_in(size_t wanted) {
    padding = 0;
    w.sign_in();
    padding = (wanted - whole().size()) * 3 / 4 - 8;
    for (w.sign_in(); whole().size() <= wanted; w.sign_in()) ++padding;
    --padding;
    w.sign_in();
  }
  std::string whole() {
    std::string all = w.browser.cookies[name];
    if (all.empty()) w.browser.cookies.erase(name);
    for (int i = 0; w.browser.cookies.count(piece(i)); ++i) all += w.browser.cookies[piece(i)];
    return all;
  }
  static std::string piece(int i) { return name + "." + std::to_string(i); }
  size_t pieces() {
    size_t count = 0;
    for (const auto& [cookie, value] : w.browser.cookies) count += cookie.starts_with(name) ? 1 : 0;
    return count;
  }
};

}  // namespace

TEST_CASE("the cookies have v3's names and attributes") {
  const routes::Cookies plain = routes::default_cookies(false), secure = routes::default_cookies(true);
  CHECK(plain.session_token.name == "next-auth.session-token");
  CHECK(plain.callback_url.name == "next-auth.callback-url");
  CHECK(plain.csrf_token.name == "next-auth.csrf-token");
  CHECK(plain.pkce_code_verifier.name == "next-auth.pkce.code_verifier");
  CHECK(plain.state.name == "next-auth.state");
  CHECK(secure.session_token.name == "__Secure-next-auth.session-token");
  CHECK(secure.callback_url.name == "__Secure-next-auth.callback-url");
  CHECK(secure.csrf_token.name == "__Host-next-auth.csrf-token");
  CHECK(secure.pkce_code_verifier.name == "__Secure-next-auth.pkce.code_verifier");
  CHECK(secure.state.name == "__Secure-next-auth.state");
  for (const routes::Cookie& cookie :
       {secure.session_token, secure.callback_url, secure.csrf_token, secure.state})
    CHECK(http::set_cookie("a", "", cookie.options) == "a=; Path=/; HttpOnly; Secure; SameSite=Lax");
  CHECK_FALSE(plain.session_token.options.secure);
}

TEST_CASE("a session is split when it is too large for one cookie, and read back") {
  Padded site;
  site.sign_in(piece_size);
  CHECK(site.whole().size() >= piece_size - 1);
  CHECK(site.pieces() == 1);
  CHECK(site.w.session().find("user"));
  ++site.padding;
  site.w.sign_in();
  CHECK(site.whole().size() <= piece_size + 2);
  CHECK(site.pieces() == 2);
  CHECK(site.w.browser.cookies.count(name) == 0);
  CHECK(site.w.session().find("user"));
  site.sign_in(2 * piece_size + 40);
  CHECK(site.pieces() == 3);
  CHECK(site.w.session().find("user"));
}

TEST_CASE("no piece is larger than browsers keep") {
  Padded site;
  site.sign_in(2 * piece_size);
  const Reply reply = site.w.get("/session");
  for (const std::string& cookie : reply.set_cookies) CHECK(cookie.size() <= 4096);
}

TEST_CASE("stale pieces are cleared when a session becomes smaller") {
  Padded site;
  site.sign_in(2 * piece_size + 40);
  site.padding = piece_size;
  site.w.session();
  CHECK(site.pieces() == 2);
  site.padding = 0;
  site.w.session();
  CHECK(site.pieces() == 1);
  CHECK(site.w.session().find("user"));
}

TEST_CASE("signing out clears every piece") {
  Padded site;
  site.sign_in(2 * piece_size + 40);
  site.w.browser.sign_out();
  CHECK(site.pieces() == 0);
}

TEST_CASE("a session that could not be read back is not set") {
  Padded site;
  site.sign_in(12000);
  CHECK(site.w.session().find("user"));
  site.padding = 10000;
  CHECK(site.w.get("/session").body == "{}");
  CHECK(site.w.logged("jwt_session_error"));
  CHECK(site.pieces() == 0);
}

TEST_CASE("of a cookie that arrives twice the first counts") {
  World w;
  w.sign_in();
  const std::string token = w.browser.cookies[name];
  http::Request request = w.request("GET", "/session");
  request.cookie = name + "=" + token + "; " + name + "=other";
  CHECK(w.answer(request).body != "{}");
  request.cookie = name + "=other; " + name + "=" + token;
  CHECK(w.answer(request).body == "{}");
}

TEST_CASE("without a database flows live in encrypted cookies, and go with their use") {
  World w({.database = false});
  const Reply started = w.start();
  const std::string state = started.cookie("__Secure-next-auth.state");
  CHECK(state.find("; Expires=Mon, 23 Nov 2026 16:15:00 GMT; HttpOnly; Secure; SameSite=Lax") !=
        std::string::npos);
  CHECK_FALSE(started.cookie("__Secure-next-auth.pkce.code_verifier").empty());
  w.get(w.browser.approve(started));
  CHECK(w.browser.cookies.count("__Secure-next-auth.state") == 0);
  CHECK(w.browser.cookies.count("__Secure-next-auth.pkce.code_verifier") == 0);
}

TEST_CASE("without a database three tabs may sign in at once, the oldest of more gives way") {
  World w({.database = false});
  std::vector<std::string> back;
  for (const char* tab : {"/1", "/2", "/3", "/4"})
    back.push_back(w.browser.approve(w.start("op", {{"callbackUrl", tab}})));
  CHECK(w.get(back[0]).location == w.error("OAuthCallback"));
  for (size_t i = 1; i < 4; ++i)
    CHECK(w.get(back[i]).location == "https://example.com/" + std::to_string(i + 1));
}

TEST_CASE("without a database a long callback URL does not cost the sign-in") {
  World w({.database = false});
  std::string path = "/";
  for (int i = 0; path.size() < 6000; ++i) path += crypto::sha256_hex(std::to_string(i));
  CHECK(w.sign_in("op", {{"callbackUrl", path}}).location == "https://example.com");
  CHECK(w.session().find("user"));
}

TEST_CASE("without a database two long callback URLs leave the later one") {
  World w({.database = false});
  std::string path = "/", other = "/";
  for (int i = 0; path.size() < 3400; ++i) {
    path += crypto::sha256_hex(std::to_string(i));
    other += crypto::sha256_hex("other " + std::to_string(i));
  }
  const std::string first = w.browser.approve(w.start("op", {{"callbackUrl", other}}));
  const std::string second = w.browser.approve(w.start("op", {{"callbackUrl", path}}));
  CHECK(w.get(second).location == "https://example.com" + path);
  CHECK(w.get(first).location == w.error("OAuthCallback"));
}

TEST_CASE("another site's flow cookie is worth nothing here") {
  World other({.database = false}), w({.database = false});
  other.secret = base::Secret("another");
  Browser visitor(other);
  const Reply started = visitor.start();
  w.start();
  w.browser.cookies["__Secure-next-auth.state"] = visitor.cookies["__Secure-next-auth.state"];
  CHECK(refusal_of(w, w.get("/callback/op?code=x&state=" + std::string(32, '0') + "." +
                            crypto::sha256_hex(w.browser.csrf()))) ==
        "OAuthCallback: this sign-in was not begun here, or is over already");
}
