// Userinfo that is a signed JWT (OpenID Connect Core §5.3.2), as BankID's is.
#include "../support/world.hpp"
#include "base/text.hpp"

using namespace support;

namespace {

const std::string home = "https://example.com";
const std::string signin = "https://example.com/api/auth/signin";
const std::string userinfo = "https://op.example/userinfo";
const Json from_userinfo = Json::object({{"idToken", false}});
const std::string jwt = "application/jwt";

/// Answers userinfo with this JWT.
void answer_with(World& w, const std::function<std::string()>& make, const std::string& type = jwt) {
  w.client.on(userinfo, [=](const http::Outgoing&) {
    return http::Answer{200, {{"Content-Type", type}}, make()};
  });
}

/// Signs in where userinfo has these claims bent: "CODE: reason".
std::string refused(const std::function<void(World&, Json&)>& bend) {
  World w({.op = from_userinfo});
  answer_with(w, [&] {
    Json claims = w.op.claims("");
    bend(w, claims);
    return w.op.sign(claims);
  });
  return refusal(w);
}

std::string with(const char* claim, const Json& value) {
  return refused([&](World&, Json& claims) { claims.set(claim, value); });
}

}  // namespace

TEST_CASE("signed userinfo is a profile, with iss, aud and exp or without") {
  for (const bool with_them : {true, false})
    for (const std::string type : {"application/jwt", "Application/JWT; charset=utf-8"}) {
      World w({.op = from_userinfo});
      answer_with(
          w, [&] { return w.op.sign(with_them ? w.op.claims("") : w.op.person); }, type);
      CHECK(w.sign_in().location == home);
      CHECK(w.sql("SELECT name FROM users") == "Ann\n");
    }
}

TEST_CASE("signed userinfo of another person, issuer or client, or of long ago, is refused") {
  CHECK(with("sub", "ben") == "OAuthCallback: userinfo: sub is not the id_token's");
  CHECK(with("iss", "https://evil.example") == "OAuthCallback: userinfo: iss is https://evil.example");
  CHECK(with("iss", nullptr) == "OAuthCallback: userinfo: iss is missing or no text");
  CHECK(with("aud", "other") == "OAuthCallback: userinfo: aud is another client, or missing");
  CHECK(with("exp", 1) == "OAuthCallback: userinfo: expired");
  CHECK(with("exp", "soon") == "OAuthCallback: userinfo: exp is missing or no number");
}

TEST_CASE("userinfo signed by somebody else, by nobody or as another kind of token is refused") {
  CHECK(refused([](World& w, Json&) { w.op.key = new_ec_key("k1"); }) ==
        "OAuthCallback: userinfo: the signature does not fit");
  CHECK(refused([](World& w, Json&) {
          w.op.header = Json::object({{"typ", "at+jwt"}});
        }) == "OAuthCallback: userinfo: typ is at+jwt");
  World none({.op = from_userinfo});
  answer_with(none, [&] {
    return base::to_base64url(R"({"alg":"none"})") + "." + base::to_base64url(base::to_json(none.op.person)) +
           ".";
  });
  CHECK(refusal(none) == "OAuthCallback: userinfo: alg none is not accepted");
}

TEST_CASE("what is said to be signed userinfo and is not is refused") {
  for (const char* body : {"", "{\"sub\":\"ann\"}", "a.b", "a.b.c.d.e"}) {
    World w({.op = from_userinfo});
    answer_with(w, [=] { return body; });
    CHECK(refusal(w).starts_with("OAuthCallback: userinfo: JWS: "));
  }
}

TEST_CASE("a JWT is no profile where it is not said to be one, nor where there is no id_token") {
  World unsaid({.op = from_userinfo});
  answer_with(
      unsaid, [&] { return unsaid.op.sign(unsaid.op.person); }, "application/json");
  CHECK(refusal(unsaid) == signin);
  World plain({.more = {HostileProvider::plain_entry("acme")}});
  answer_with(plain, [&] { return plain.op.sign(plain.op.person); });
  CHECK(refusal(plain, "acme") == signin);
}
