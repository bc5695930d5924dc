// A clock that goes back, as a machine's does when it is set right: nothing is lost, and nothing lasts for
// ever.
#include "../support/world.hpp"

using namespace support;

namespace {

const std::string name = "__Secure-next-auth.session-token";

void go_back(World& w, std::chrono::milliseconds by) { w.clock.time -= by; }

}  // namespace

TEST_CASE("a clock that goes back leaves a database session as it is, and it is renewed when it is due") {
  World w;
  w.sign_in();
  const std::string expires = w.session().text_of("expires").value_or("");
  go_back(w, 48h);
  CHECK(w.session().text_of("expires") == expires);
  w.clock.advance(48h + 24h + 1s);
  CHECK(w.session().text_of("expires") > expires);
}

TEST_CASE("a JWT session from the future is not shown, and is there again when the clock has caught up") {
  for (const bool encrypted : {false, true}) {
    World w({.jwt = true});
    w.jwt.encryption = encrypted;
    w.sign_in();
    go_back(w, 1h);
    const Reply reply = w.get("/session");
    CHECK(reply.body == "{}");
    CHECK(reply.cookie(name).empty());
    w.clock.advance(1h);
    CHECK(w.session().find("user"));
  }
}

TEST_CASE("a token of somebody else's from the future goes") {
  World w({.jwt = true});
  w.sign_in();
  World other({.jwt = true});
  other.jwt.secret = base::Secret("another");
  other.clock.advance(1h);
  other.sign_in();
  w.browser.cookies[name] = other.browser.cookies[name];
  CHECK(w.get("/session").cookie(name).find("Max-Age=0") != std::string::npos);
}

TEST_CASE("a sign-in that was begun before the clock went back comes to its end, once") {
  World w;
  const std::string back = w.browser.approve(w.start());
  go_back(w, 10min);
  // What the provider signs is of its own clock, which is right: less than that, and it must be refused.
  CHECK(w.get(back).location == w.root().substr(0, w.root().find("/api")));
  CHECK(w.session().find("user"));
  CHECK(w.get(back).location == w.error("OAuthCallback"));
}

TEST_CASE("a sign-in that the clock makes older than it may be is refused, and the next one works") {
  World w;
  const std::string back = w.browser.approve(w.start());
  w.clock.advance(16min);
  CHECK(w.get(back).location == w.error("OAuthCallback"));
  go_back(w, 16min);
  CHECK(w.sign_in().location == w.root().substr(0, w.root().find("/api")));
}
