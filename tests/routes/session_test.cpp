// /session and /signout, with sessions in the database and in JWTs.
#include "../support/world.hpp"

using namespace support;

namespace {

const std::string name = "__Secure-next-auth.session-token";
constexpr auto day = 24h;

std::string expires(World& w) { return w.session().text_of("expires").value_or("none"); }

bool was_renewed_after(std::chrono::milliseconds time) {
  World w;
  w.sign_in();
  const std::string before = expires(w);
  w.clock.advance(time);
  return expires(w) != before;
}

}  // namespace

TEST_CASE("a database session shows user, access token and expiry, in v3's order") {
  World w;
  SUBCASE("with callbacks") {}
  SUBCASE("without") { w.hooks.is_as_without = true; }
  w.sign_in();
  const std::string token = w.session().text_of("accessToken").value_or("");
  CHECK(token.size() == 64);
  const Reply reply = w.get("/session");
  CHECK(reply.body == R"({"user":{"name":"Ann","email":"ann@example.com","image":"https://op.example/ann"},)"
                      R"("accessToken":")" +
                          token + R"(","expires":"2026-12-23T16:00:00.000Z"})");
  CHECK(reply.header("Content-Type") == "application/json; charset=utf-8");
  CHECK(reply.header("Cache-Control") == "private, no-store");
}

TEST_CASE("a session looks the same whether or not the owner has callbacks") {
  for (const bool jwt : {false, true})
    for (const char* value : {"", "Ann", "\"quoted\\", "line\nend", "\xc3\xa4\xe2\x82\xac", "</script>"}) {
      CAPTURE(value);
      World w({.jwt = jwt});
      w.op.person = Json::object({{"sub", "ann"}, {"name", value}, {"email", "ann@example.com"}});
      w.sign_in();
      const std::string heard = w.get("/session").body;
      w.hooks.is_as_without = true;
      CHECK(w.get("/session").body == heard);
    }
}

TEST_CASE("claims of a token are shown as they are, numbers and objects too") {
  World w({.jwt = true});
  const auto show = [&w](const Json& name_claim) {
    const Json claims = Json::object({{"name", name_claim}, {"email", nullptr}, {"picture", false}});
    w.browser.cookies[name] = auth::encode_jwt(claims, auth::Jwt(w.jwt), w.clock.now(), w.random);
    return w.session().find("user")->find("name")[0];
  };
  for (const bool is_as_without : {false, true}) {
    w.hooks.is_as_without = is_as_without;
    for (const Json& claim : {Json(7), Json(1.5), Json(true), Json::object({{"a", Json::array({1})}})})
      CHECK(show(claim) == claim);
    for (const Json& claim : {Json(0), Json(0.0), Json(false), Json("")}) CHECK(show(claim).is_null());
    const Json user = *w.session().find("user");
    CHECK(base::to_json(user) == R"({"name":null,"email":null,"image":null})");
  }
}

TEST_CASE("a JWT session shows user and expiry; empty values are null") {
  World w({.jwt = true});
  SUBCASE("with callbacks") {}
  SUBCASE("without") { w.hooks.is_as_without = true; }
  w.op.person = Json::object({{"sub", "ann"}, {"name", ""}, {"email", "ann@example.com"}});
  w.sign_in();
  CHECK(w.get("/session").body == R"({"user":{"name":null,"email":"ann@example.com","image":null},)"
                                  R"("expires":"2026-12-23T16:00:00.000Z"})");
}

TEST_CASE("nobody signed in is an empty object, with no cookie cleared that was not there") {
  for (const bool jwt : {false, true}) {
    World w({.jwt = jwt});
    const Reply reply = w.get("/session");
    CHECK(reply.body == "{}");
    CHECK(reply.cookie(name).empty());
  }
}

TEST_CASE("an unknown or broken cookie is an empty object, and goes") {
  for (const bool jwt : {false, true})
    for (const char* cookie : {"unknown", "a.b.c", "sha256:00", "%zz"}) {
      World w({.jwt = jwt});
      w.browser.cookies[name] = cookie;
      const Reply reply = w.get("/session");
      CHECK(reply.body == "{}");
      CHECK(reply.cookie(name).find("Max-Age=0") != std::string::npos);
    }
}

TEST_CASE("a token of ours that does not say when it was made goes, too") {
  World w({.jwt = true});
  const auto key = crypto::hkdf_sha256(w.jwt.secret.reveal(), "NextAuth.js Generated Signing Key", 64);
  w.browser.cookies[name] = crypto::sign_jws(Json(), R"({"sub":"1"})", crypto::Key::from_bytes(key), "HS512");
  const Reply reply = w.get("/session");
  CHECK(reply.body == "{}");
  CHECK(reply.cookie(name).find("Max-Age=0") != std::string::npos);
}

// One that somebody put into the database, say by an import: ours are hex.
TEST_CASE("a session token of any characters is encoded in its cookie") {
  World w;
  w.sign_in();
  w.sql("UPDATE sessions SET session_token = 'a; Domain=com'");
  w.browser.cookies[name] = http::encode("a; Domain=com");
  const Reply reply = w.get("/session");
  CHECK(reply.json().find("user"));
  CHECK(reply.cookie(name).starts_with(name + "=a%3B%20Domain%3Dcom; Path=/"));
}

TEST_CASE("what the database keeps of a session is no session token") {
  World w;
  w.sign_in();
  std::string stored = w.sql("SELECT session_token FROM sessions");
  stored.pop_back();
  CHECK(stored.starts_with("sha256:"));
  for (const std::string& token : {stored, stored.substr(7)}) {
    w.browser.cookies[name] = http::encode(token);
    CHECK(w.session() == Json::object());
  }
}

TEST_CASE("a session ends after maxAge, and its row goes") {
  World w;
  w.options.session.update_age = 1000 * day;  // never renewed
  w.sign_in();
  w.clock.advance(30 * day);
  CHECK(w.session().find("user"));
  w.clock.advance(1ms);
  CHECK(w.session() == Json::object());
  CHECK(w.sql("SELECT count(*) FROM sessions") == "0\n");
}

// v3: due when now > expires - maxAge + updateAge
TEST_CASE("a session is renewed when it was written updateAge ago") {
  CHECK_FALSE(was_renewed_after(1 * day));
  CHECK(was_renewed_after(1 * day + 1ms));
}

TEST_CASE("a session that is looked at lives on, beyond the end that it began with") {
  for (const bool jwt : {false, true}) {
    World w({.jwt = jwt});
    w.sign_in();
    for (int i = 0; i < 3; ++i) {
      w.clock.advance(20 * day);
      CHECK(w.session().find("user"));
    }
    w.clock.advance(31 * day);
    CHECK_FALSE(w.session().find("user"));
  }
}

TEST_CASE("with updateAge 0 every look renews a session") {
  World w;
  w.options.session.update_age = 0s;
  w.sign_in();
  w.clock.advance(1ms);
  CHECK(expires(w) == "2026-12-23T16:00:00.001Z");
}

TEST_CASE("the cookie is set again with the row's expiry, or a JWT's lifetime") {
  World w;
  w.sign_in();
  CHECK(w.get("/session").cookie(name).find("; Expires=Wed, 23 Dec 2026 16:00:00 GMT;") != std::string::npos);
  World j({.jwt = true});
  j.sign_in();
  j.clock.advance(1h);
  CHECK(j.get("/session").cookie(name).find("; Expires=Wed, 23 Dec 2026 17:00:00 GMT;") != std::string::npos);
}

TEST_CASE("a JWT is signed anew at every look, and ends by its own exp") {
  World w({.jwt = true});
  w.jwt.max_age = 2h;
  w.sign_in();
  const std::string first = w.browser.cookies[name];
  w.clock.advance(2h - 1s);
  CHECK(w.session().find("user"));
  CHECK(w.browser.cookies[name] != first);
  w.clock.advance(2h);
  CHECK(w.session() == Json::object());
  CHECK(w.browser.cookies.count(name) == 0);
}

TEST_CASE("the session callback has the last word, the jwt callback its token") {
  World w({.jwt = true});
  w.hooks.on_jwt = [](Json token) {
    token.set("role", "admin");
    return token;
  };
  w.hooks.on_session = [](Json session, const Json& token) {
    session.set("role", *token.find("role"));
    return session;
  };
  w.sign_in();
  CHECK(w.session().text_of("role") == "admin");
  CHECK(w.hooks.events.back().first == "session");
}

TEST_CASE("the session callback sees the user with database sessions") {
  World w;
  w.hooks.on_session = [](Json session, const Json& user) {
    session.set("id", *user.find("id"));
    return session;
  };
  w.sign_in();
  CHECK(w.session().find("id")->integer() == 1);
}

// As in v3: with a JWT there is nothing else that could be ended.
TEST_CASE("a session callback that throws ends a JWT session, and does not show one of the database") {
  for (const bool jwt : {false, true}) {
    CAPTURE(jwt);
    World w({.jwt = jwt});
    w.sign_in();
    w.hooks.on_session = [](Json, const Json&) -> Json { throw hooks::Thrown("no"); };
    const Reply reply = w.get("/session");
    CHECK(reply.body == "{}");
    CHECK(reply.cookie(name).empty() != jwt);
    w.hooks.on_session = nullptr;
    CHECK((w.session().find("user") != nullptr) != jwt);
  }
}

TEST_CASE("signing out ends the session, its row and its cookie") {
  for (const bool jwt : {false, true}) {
    World w({.jwt = jwt});
    w.sign_in();
    const auto cookies = w.browser.cookies;
    const Reply reply = w.browser.sign_out({{"callbackUrl", "/bye"}});
    CHECK(reply.location == "https://example.com/bye");
    CHECK(w.browser.cookies.count(name) == 0);
    CHECK(w.hooks.events.back().first == "signOut");
    CHECK(w.session() == Json::object());
    if (!jwt) {
      w.browser.cookies = cookies;
      CHECK(w.session() == Json::object());
      CHECK(w.sql("SELECT count(*) FROM sessions") == "0\n");
    }
  }
}

TEST_CASE("signing out without a session is well too; as in v3 the event is about nobody") {
  for (const bool jwt : {false, true}) {
    World w({.jwt = jwt});
    CHECK(w.browser.sign_out().location == "https://example.com");
    CHECK(w.hooks.event_names() == "signOut");
    CHECK(w.hooks.events.back().second.is_null());
    w.browser.cookies[name] = "not.our.token";
    w.browser.sign_out();
    CHECK(w.hooks.event_names() == (jwt ? "signOut" : "signOut signOut"));
  }
}

TEST_CASE("the event of signing out has the session, with the user's id as all events have it") {
  World w;
  w.sign_in();
  const std::string cookie = w.browser.cookies[name];
  w.browser.sign_out();
  const Json& session = w.hooks.events.back().second;
  CHECK(*session.find("userId") == Json(1));
  CHECK(session.text_of("sessionToken") == cookie);
  w.sign_in();
  w.clock.advance(std::chrono::hours(24 * 31));
  w.browser.sign_out();
  CHECK(w.hooks.events.back().second.is_null());
}

TEST_CASE("what is stored is told, whatever the jwt callback says then") {
  World w({.jwt = true});
  w.hooks.on_jwt = [](const Json&) -> Json { throw hooks::Thrown("no token"); };
  CHECK(w.sign_in().location == "https://example.com/api/auth/error?error=Callback");
  CHECK(w.hooks.event_names() == "createUser linkAccount");
}

TEST_CASE("signing out answers json=true with the address") {
  World w;
  const Reply reply = w.browser.sign_out({{"json", "true"}});
  CHECK(reply.status == 200);
  CHECK(reply.url() == "https://example.com");
}

TEST_CASE("signing out needs the CSRF token") {
  World w;
  w.sign_in();
  for (const http::Pairs& form : {http::Pairs{}, http::Pairs{{"csrfToken", std::string(64, 'a')}}})
    CHECK(w.post("/signout", form).location == w.root() + "/signout?csrf=true");
  CHECK(w.session().find("user"));
}
