// CSRF tokens and sealed cookies.
#include <doctest/doctest.h>

#include "../support/fakes.hpp"
#include "auth/auth.hpp"
#include "base/text.hpp"

using namespace support;
using base::Json;
using base::Secret;

namespace {

const Secret secret("s3cret");
const Secret other("another");

struct Sealed {
  FakeClock clock;
  FakeRandom random;
  Json value = Json::object({{"a", 1}});
  std::string text = auth::seal(value, "state", 60s, secret, clock.now(), random);
  std::optional<Json> open(std::string_view purpose, const Secret& with) const {
    return auth::unseal(text, purpose, with, clock.now());
  }
};

}  // namespace

TEST_CASE("a CSRF cookie is TOKEN|HASH, as v3's") {
  // node: createHash('sha256').update(token + 's3cret').digest('hex')
  const std::string token(64, 'a');
  CHECK(auth::csrf_cookie(token, secret) == token + "|" + crypto::sha256_hex(token + "s3cret"));
  CHECK(auth::csrf_token(auth::csrf_cookie(token, secret), secret) == token);
}

TEST_CASE("a CSRF cookie that was not made with this secret is none") {
  const std::string cookie = auth::csrf_cookie("token", secret);
  CHECK_FALSE(auth::csrf_token(cookie, other));
  for (const std::string& changed :
       {std::string(), std::string("|"), std::string("token"), std::string("token|"), "x" + cookie,
        cookie + "x", cookie.substr(0, cookie.size() - 1), base::lower(cookie) + " ",
        "|" + crypto::sha256_hex("s3cret"),
        "token|" + base::replace_all(crypto::sha256_hex("tokens3cret"), "a", "A")})
    CHECK_MESSAGE(!auth::csrf_token(changed, secret), changed);
}

TEST_CASE("a new CSRF token is 32 random bytes in hex") {
  FakeRandom random;
  const std::string first = auth::new_csrf_token(random);
  CHECK(first.size() == 64);
  CHECK(first.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(auth::new_csrf_token(random) != first);
}

TEST_CASE("a session's tokens are 32 random bytes in hex each") {
  FakeRandom random;
  const model::Session session = auth::new_session("1", {}, FakeClock().now(), random);
  for (const std::string& token : {session.token, session.access_token}) {
    CHECK(token.size() == 64);
    CHECK(token.find_first_not_of("0123456789abcdef") == std::string::npos);
  }
  CHECK(session.token != session.access_token);
}

TEST_CASE("what is sealed is opened with the same secret and purpose alone") {
  Sealed sealed;
  CHECK(sealed.open("state", secret) == sealed.value);
  CHECK_FALSE(sealed.open("pkce.code_verifier", secret));
  CHECK_FALSE(sealed.open("", secret));
  CHECK_FALSE(sealed.open("state", other));
}

TEST_CASE("a seal breaks at any change") {
  Sealed sealed;
  const std::string text = sealed.text;
  for (size_t i = 0; i < text.size(); i += 7) {
    sealed.text = text;
    sealed.text[i] = text[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(sealed.open("state", secret));
  }
  for (const char* none : {"", ".", "a.b.c.d.e", "....", "e30.e30.e30"}) {
    sealed.text = none;
    CHECK_FALSE(sealed.open("state", secret));
  }
}

TEST_CASE("a seal holds for its time") {
  Sealed sealed;
  sealed.clock.advance(60s - 1ms);
  CHECK(sealed.open("state", secret));
  sealed.clock.advance(1ms);
  CHECK_FALSE(sealed.open("state", secret));
}

TEST_CASE("no cookie of one purpose passes for another") {
  Sealed sealed;
  for (const bool encryption : {false, true}) {
    const auth::Jwt jwt(auth::JwtOptions{
        .secret = secret, .encryption = encryption, .signing_key = {}, .encryption_key = {}});
    const Json claims = Json::object({{"sub", "1"}, {"value", Json::object()}});
    const std::string session = auth::encode_jwt(claims, jwt, sealed.clock.now(), sealed.random);
    CHECK_FALSE(auth::decode_jwt(sealed.text, jwt, sealed.clock.now()));
    sealed.text = session;
    CHECK_FALSE(sealed.open("state", secret));
    sealed = Sealed();
  }
}
