// Every sign-in gives a session of its own: one that was known before is worth nothing afterwards.
#include "../support/hostile_site.hpp"

using namespace support;

namespace {

const std::string name = "__Secure-next-auth.session-token";

/// Who a session cookie is good for; "" for nobody.
std::string owner(HostileSite& w, const std::string& token) {
  Browser other(w);
  other.cookies[name] = token;
  const Json session = other.session();
  const Json* user = session.find("user");
  return user ? user->text_of("name").value_or("?") : "";
}

struct Way {
  std::string name;
  std::function<void(HostileSite&)> sign_in;
};
const std::vector<Way> ways{{"provider", [](HostileSite& w) { w.sign_in("op"); }},
                            {"mail", [](HostileSite& w) { w.follow_link(w.link_for("mail@example.com")); }},
                            {"password", [](HostileSite& w) { w.sign_in_with_password("ben"); }}};

}  // namespace

TEST_CASE("a planted session is replaced at every sign-in, and not taken over") {
  for (const bool jwt : {false, true})
    for (const Way& way : ways)
      for (const std::string& planted : {std::string(64, 'a'), std::string("sha256:" + std::string(64, 'a')),
                                         std::string("a.b.c"), std::string("")}) {
        INFO(way.name, " ", jwt, " ", planted);
        Setup setup = every_way();
        setup.jwt = jwt;
        HostileSite w(setup);
        w.browser.cookies[name] = planted;
        way.sign_in(w);
        CHECK(w.session().find("user"));
        CHECK(w.browser.cookies[name] != planted);
        CHECK(owner(w, planted).empty());
      }
}

TEST_CASE("each sign-in of one person gives another session") {
  for (const bool jwt : {false, true})
    for (const Way& way : ways) {
      INFO(way.name, " ", jwt);
      Setup setup = every_way();
      setup.jwt = jwt;
      HostileSite w(setup);
      way.sign_in(w);
      const std::string first = w.browser.cookies[name];
      w.clock.advance(1s);  // a JWT of the same second is the same text, as in v3
      way.sign_in(w);
      CHECK(w.browser.cookies[name] != first);
      if (!jwt) CHECK(owner(w, first).empty());
    }
}

TEST_CASE("an attacker's own session, planted in a browser, does not become its user's") {
  for (const Way& way : ways) {
    CAPTURE(way.name);
    if (way.name == "provider") continue;  // joins the account with the one signed in, as in v3: see below
    HostileSite w;
    Browser attacker(w);
    http::Pairs form{{"csrfToken", attacker.csrf()}, {"login", "mallory"}, {"password", "right"}};
    attacker.post("/callback/staff", form);
    const std::string planted = attacker.cookies[name];
    CHECK(owner(w, planted) == "mallory");
    w.browser.cookies[name] = planted;
    way.sign_in(w);
    CHECK(w.browser.cookies[name] != planted);
    CHECK(owner(w, w.browser.cookies[name]) != "mallory");
    CHECK((owner(w, planted).empty() || owner(w, planted) == "mallory"));
  }
}

TEST_CASE("a token that joined an account to the user signed in is no good afterwards either") {
  HostileSite w;
  w.sign_in_with_password("mallory");
  const std::string before = w.browser.cookies[name];
  w.sign_in("op");
  CHECK(w.browser.cookies[name] != before);
  CHECK(owner(w, before).empty());
}

TEST_CASE("signing out ends the session for whoever has its token") {
  HostileSite w;
  w.sign_in();
  const std::string token = w.browser.cookies[name];
  w.browser.sign_out();
  CHECK(owner(w, token).empty());
  CHECK(w.browser.cookies.count(name) == 0);
}

TEST_CASE("what the database keeps of a session opens nothing") {
  HostileSite w;
  w.sign_in();
  const std::string stored = w.sql("SELECT session_token FROM sessions");
  const std::string hash = stored.substr(0, stored.find('\n'));
  for (const std::string& cookie : {hash, hash.substr(hash.find(':') + 1), http::encode(hash)})
    CHECK(owner(w, cookie).empty());
}

TEST_CASE("an email link works once, whoever presses first, and never by looking at it") {
  HostileSite w;
  Browser other(w);
  const std::string link = w.link_for("ann@example.com");
  CHECK(other.get(link).status == 200);
  CHECK(other.head(link).status == 200);
  CHECK(w.follow_link(link).location == "https://example.com");
  CHECK(w.follow_link(link).location == w.error("Verification"));
  CHECK(other.get(link).location == w.error("Verification"));
}
