// JWT sessions: next-auth/jwt v3's tokens, and what is refused as one.
#include <doctest/doctest.h>

#include "../support/fakes.hpp"
#include "../support/keys.hpp"
#include "auth/auth.hpp"
#include "base/text.hpp"

using namespace support;
using base::Json;

namespace {

struct Tokens {
  FakeClock clock;
  FakeRandom random;
  auth::JwtOptions options{
      .secret = base::Secret("s3cret"), .max_age = 100s, .signing_key = {}, .encryption_key = {}};

  std::string encode(const Json& claims = Json::object({{"sub", "1"}})) {
    return auth::encode_jwt(claims, auth::Jwt(options), clock.now(), random);
  }
  bool accepts(const std::string& token) const {
    return auth::decode_jwt(token, auth::Jwt(options), clock.now()).has_value();
  }
  /// Signed with the right key, whatever the claims say.
  std::string sign(const Json& claims, const char* alg = "HS512") const {
    const auto key = crypto::hkdf_sha256("s3cret", "NextAuth.js Generated Signing Key", 64);
    return crypto::sign_jws(Json::object(), base::to_json(claims), crypto::Key::from_bytes(key), alg);
  }
  Json claims(const char* name, const Json& value) const {
    Json out = Json::object({{"iat", clock.unix_time()}, {"exp", clock.unix_time() + 100}});
    out.set(name, value);
    return out;
  }
  bool accepts_with(const char* name, const Json& value) const { return accepts(sign(claims(name, value))); }
};

}  // namespace

TEST_CASE("what is encoded is decoded, with iat and exp set anew") {
  for (const bool encryption : {false, true}) {
    Tokens tokens;
    tokens.options.encryption = encryption;
    const auto claims = auth::decode_jwt(tokens.encode(Json::object({{"name", "ä"}, {"iat", 1}, {"exp", 2}})),
                                         auth::Jwt(tokens.options), tokens.clock.now());
    REQUIRE(claims);
    CHECK(claims->text_of("name") == "ä");
    CHECK(claims->find("iat")->integer() == tokens.clock.unix_time());
    CHECK(claims->find("exp")->integer() == tokens.clock.unix_time() + 100);
  }
}

// By next-auth 3.29.10: jwt.encode({ token: { name: 'Ann', sub: '1' }, secret: 's3cret', maxAge: 100 }) at
// this clock's time.
TEST_CASE("tokens are next-auth's to the letter") {
  Tokens tokens;
  CHECK(tokens.encode(Json::object({{"name", "Ann"}, {"sub", "1"}})) ==
        "eyJhbGciOiJIUzUxMiJ9.eyJuYW1lIjoiQW5uIiwic3ViIjoiMSIsImlhdCI6MTc5NTQ0OTYwMCwiZXhwIjoxNzk1NDQ5NzAwfQ."
        "_Kuefuq8SV1ud55SH5mu0AL3PVZialFxPhLBwE-bEebp6OMQNLhABCLK0qN7IP8jSXSxeenA_-W3ZCWrUIIeHg");
  tokens.options.encryption = true;
  CHECK(
      tokens.accepts("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiemlwIjoiREVGIn0..9czktDHAn3JwNFPr."
                     "I59RmB2EdvVSHN3G2cSSFTO3i4QQUPkbOahlLxCxR3Wn5GRRWBD_q7C4HtQyuDyTrec1akR6GaWb98a-"
                     "rXYdLVvoMA4GYw4vZOnwNUgzS2X8BSOykhpsx9I1B8ONwk6x9PQOnb5FjJVdtwVUZyV4LvxDpJKB_BSuGK4H_"
                     "KfQDusojvsxAlOBjP7xg_8QqjVVGeBhdMOOjax4JG1f5Cci9TWcGXS3CBwS.rAmuKBEpuI-FGMGC5lyTpA"));
}

TEST_CASE("a renewed token says the same, with iat and exp set anew, as one encoded anew does") {
  Tokens tokens;
  const long long now = tokens.clock.unix_time();
  const std::string times = "\"iat\":" + std::to_string(now) + ",\"exp\":" + std::to_string(now + 100);
  for (const std::string& claims :
       {"{" + times + "}",                        // as ours end
        "{\"sub\":\"1\"," + times + "}",          //
        "{\"a\":{" + times + "}," + times + "}",  //
        "{\"a\":\"{" + std::string(R"(\"iat\":1,\"exp\":2})") + "\"," + times + "}",
        "{" + times + ",\"sub\":\"1\"}",  // not at the end
        "{\"exp\":" + std::to_string(now + 100) + ",\"iat\":" + std::to_string(now) + "}",
        "{\"x\":1," + times + ",\"a\":{" + times + "}}",  // an end that is another's
        "{" + times + " }",                               // otherwise spelt
        "{\"iat\":" + std::to_string(now) + ".0,\"exp\":" + std::to_string(now + 100) + "}",
        "{\"\\u0069at\":" + std::to_string(now) + ",\"exp\":" + std::to_string(now + 100) + "}",
        "{\"iat\":" + std::to_string(now) + R"(,"a\"iat":5,"exp":)" + std::to_string(now + 100) + "}",
        "{\"iat\":" + std::to_string(now) + ",\"exp\":9999999999.5}",
        "{\"iat\":" + std::to_string(now) + "}"}) {
    CAPTURE(claims);
    const auto key = crypto::hkdf_sha256("s3cret", "NextAuth.js Generated Signing Key", 64);
    const std::string token = crypto::sign_jws(Json(), claims, crypto::Key::from_bytes(key), "HS512");
    const auth::Jwt jwt(tokens.options);
    auto read = auth::read_jwt(token, jwt, tokens.clock.now());
    REQUIRE(read);
    CHECK(read->text == claims);
    const base::Time later = tokens.clock.now() + 10s;
    CHECK(auth::renew_jwt(*read, jwt, later, tokens.random) ==
          auth::encode_jwt(read->json, jwt, later, tokens.random));
  }
}

TEST_CASE("a renewed token is encrypted where tokens are") {
  Tokens tokens;
  tokens.options.encryption = true;
  const auth::Jwt jwt(tokens.options);
  auto read = auth::read_jwt(tokens.encode(), jwt, tokens.clock.now());
  REQUIRE(read);
  const std::string token = auth::renew_jwt(*read, jwt, tokens.clock.now() + 10s, tokens.random);
  CHECK(token.starts_with("eyJhbGciOiJkaXIi"));
  const auto claims = auth::decode_jwt(token, jwt, tokens.clock.now() + 10s);
  REQUIRE(claims);
  CHECK(claims->find("exp")->integer() == tokens.clock.unix_time() + 110);
}

TEST_CASE("a token lives until exp") {
  Tokens tokens;
  const std::string token = tokens.encode();
  tokens.clock.advance(100s - 1ms);
  CHECK(tokens.accepts(token));
  tokens.clock.advance(1ms);
  CHECK_FALSE(tokens.accepts(token));
}

TEST_CASE("a token is no older than maxAge, whatever its exp") {
  Tokens tokens;
  const long long now = tokens.clock.unix_time();
  CHECK(tokens.accepts(tokens.sign(Json::object({{"iat", now - 100}}))));
  CHECK_FALSE(tokens.accepts(tokens.sign(Json::object({{"iat", now - 101}}))));
  CHECK_FALSE(tokens.accepts(tokens.sign(Json::object({{"iat", now - 101}, {"exp", now + 1000}}))));
}

TEST_CASE("iat is required, a number and not in the future") {
  Tokens tokens;
  const long long now = tokens.clock.unix_time();
  CHECK(tokens.accepts_with("iat", now));
  CHECK_FALSE(tokens.accepts_with("iat", now + 1));
  for (const Json& iat : {Json(), Json(std::to_string(now)), Json(true)})
    CHECK_FALSE(tokens.accepts_with("iat", iat));
  CHECK_FALSE(tokens.accepts(tokens.sign(Json::object({{"exp", now + 1}}))));
}

TEST_CASE("exp and nbf count where they are given") {
  Tokens tokens;
  const long long now = tokens.clock.unix_time();
  CHECK(tokens.accepts_with("exp", now + 1));
  CHECK_FALSE(tokens.accepts_with("exp", now));
  CHECK_FALSE(tokens.accepts_with("exp", nullptr));
  CHECK_FALSE(tokens.accepts_with("exp", "never"));
  CHECK(tokens.accepts_with("nbf", now));
  CHECK_FALSE(tokens.accepts_with("nbf", now + 1));
  CHECK_FALSE(tokens.accepts_with("nbf", "now"));
}

TEST_CASE("another secret, algorithm or no signature is refused") {
  Tokens tokens;
  const std::string token = tokens.encode();
  const Json fresh = tokens.claims("sub", "1");
  CHECK_FALSE(tokens.accepts(tokens.sign(fresh, "HS256")));
  CHECK_FALSE(tokens.accepts(base::to_base64url(R"({"alg":"none"})") + "." +
                             base::to_base64url(base::to_json(fresh)) + "."));
  CHECK_FALSE(tokens.accepts(token.substr(0, token.rfind('.') + 1)));
  CHECK_FALSE(tokens.accepts(token + "A"));
  tokens.options.secret = base::Secret("another");
  CHECK_FALSE(tokens.accepts(token));
}

TEST_CASE("a token says how it is signed, and each thing once") {
  const Tokens tokens;
  const auto key = crypto::hkdf_sha256("s3cret", "NextAuth.js Generated Signing Key", 64);
  const auto made = [&](const std::string& header, const std::string& claims) {
    const std::string text = base::to_base64url(header) + "." + base::to_base64url(claims);
    return text + "." + base::to_base64url(crypto::hmac_sha512(key, text));
  };
  const std::string now = std::to_string(tokens.clock.unix_time());
  const std::string good = "{\"iat\":" + now + "}";
  CHECK(tokens.accepts(made(R"({"alg":"HS512"})", good)));
  for (const char* alg : {"HS256", "hs512", "none", "RS256", ""})
    CHECK_MESSAGE(!tokens.accepts(made("{\"alg\":\"" + std::string(alg) + "\"}", good)), alg);
  CHECK_FALSE(tokens.accepts(made(R"({"alg":"HS512","alg":"HS512"})", good)));
  CHECK_FALSE(tokens.accepts(made(R"({"alg":"HS512"})", "{\"iat\":" + now + ",\"iat\":" + now + "}")));
}

TEST_CASE("a plain token is refused where encryption is chosen, and the other way round") {
  Tokens tokens;
  const std::string plain = tokens.encode();
  tokens.options.encryption = true;
  const std::string encrypted = tokens.encode();
  CHECK(tokens.accepts(encrypted));
  CHECK_FALSE(tokens.accepts(plain));
  tokens.options.encryption = false;
  CHECK_FALSE(tokens.accepts(encrypted));
}

TEST_CASE("what is no token is refused") {
  Tokens tokens;
  for (const bool encryption : {false, true}) {
    tokens.options.encryption = encryption;
    for (const char* text : {"", ".", "..", "a.b.c", "e30.e30.e30", "....", "sha256:"})
      CHECK_FALSE(tokens.accepts(text));
  }
  CHECK_FALSE(tokens.accepts(tokens.sign(Json::array())));
  CHECK_FALSE(tokens.accepts(tokens.sign("text")));
}

TEST_CASE("one's own keys sign and encrypt") {
  Tokens tokens;
  tokens.options.signing_key = new_ec_key("mine");
  tokens.options.signing_key.set("alg", "ES256");
  const std::string token = tokens.encode();
  CHECK(base::from_base64url(token.substr(0, token.find('.'))) == R"({"alg":"ES256","kid":"mine"})");
  CHECK(tokens.accepts(token));
  CHECK_FALSE(tokens.accepts(tokens.sign(tokens.claims("sub", "1"))));
}

TEST_CASE("a key of no use is a problem of the configuration") {
  Tokens tokens;
  tokens.options.signing_key = Json::object({{"kty", "?"}});
  CHECK_THROWS_AS(tokens.encode(), model::ConfigError);
  tokens.options.signing_key = public_half(new_ec_key("mine"));
  CHECK_THROWS_AS(tokens.encode(), model::ConfigError);
  tokens.options.signing_key = Json();
  tokens.options.encryption = true;
  tokens.options.encryption_key = Json::object({{"kty", "oct"}, {"k", "c2hvcnQ"}});
  CHECK_THROWS_AS(tokens.encode(), model::ConfigError);
}
