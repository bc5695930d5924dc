#include <doctest/doctest.h>
#include <openssl/err.h>

#include <string>

#include "base/text.hpp"
#include "crypto/crypto.hpp"
#include "vectors.hpp"

using namespace crypto;
using base::Json;

namespace {

Json with(const char* jwk, const char* name, Json value) {
  Json changed = base::parse_json(jwk);
  changed.set(name, std::move(value));
  return changed;
}

Json without(const char* jwk, const char* name) {
  Json changed = base::parse_json(jwk);
  changed.erase(name);
  return changed;
}

std::string number(size_t bytes, char first, char rest) {
  return base::to_base64url(first + std::string(bytes - 1, rest));
}

/// Another point: the last byte of y is another one.
Json off_the_curve(const char* jwk) {
  std::string y = *base::from_base64url(*base::parse_json(jwk).text_of("y"));
  y.back() = char(y.back() ^ 1);
  return with(jwk, "y", base::to_base64url(y));
}

}  // namespace

TEST_CASE("a key fits the algorithms of its type and curve") {
  struct {
    const char *jwk, *fits, *not_fits;
  } cases[] = {
      {vectors::rsa_jwk, "RS256 RS384 RS512 PS256 PS384 PS512", "HS256 ES256 EdDSA none rs256"},
      {vectors::p256_jwk, "ES256", "ES384 ES512 EdDSA RS256 HS256"},
      {vectors::p384_jwk, "ES384", "ES256 ES512"},
      {vectors::p521_jwk, "ES512", "ES256 ES384"},
      {vectors::ed25519_jwk, "EdDSA", "ES256 Ed25519"},
      {vectors::oct_jwk, "HS256 HS384 HS512", "RS256 none A256GCM"},
  };
  for (const auto& c : cases) {
    const Key key = Key::from_jwk(base::parse_json(c.jwk));
    for (const auto alg : base::split(c.fits, ' ')) CHECK_MESSAGE(key.fits(alg), alg);
    for (const auto alg : base::split(c.not_fits, ' ')) CHECK_FALSE_MESSAGE(key.fits(alg), alg);
    CHECK_FALSE(key.fits(""));
    CHECK(key.is_symmetric() == (c.jwk == vectors::oct_jwk));
  }
}

TEST_CASE("a key that names its algorithm fits no other") {
  const Key key = Key::from_jwk(with(vectors::rsa_jwk, "alg", "RS256"));
  CHECK(key.alg() == "RS256");
  CHECK(key.fits("RS256"));
  CHECK_FALSE(key.fits("PS256"));
  CHECK_FALSE(Key::from_jwk(with(vectors::rsa_jwk, "alg", "RSA-OAEP")).fits("RS256"));
}

TEST_CASE("use and key_ops say whether a key may verify") {
  struct {
    const char* members;
    bool may;
  } cases[] = {
      {R"({})", true},
      {R"({"use":"sig"})", true},
      {R"({"use":"enc"})", false},
      {R"({"use":"SIG"})", false},
      {R"({"key_ops":["sign","verify"]})", true},
      {R"({"key_ops":["sign"]})", false},
      {R"({"key_ops":[]})", false},
      {R"({"use":"enc","key_ops":["verify"]})", false},
  };
  for (const auto& c : cases) {
    Json jwk = base::parse_json(vectors::p256_jwk);
    const Json members = base::parse_json(c.members);
    for (const auto& [name, value] : members.members()) jwk.set(name, value);
    CHECK_MESSAGE(Key::from_jwk(jwk).may_verify() == c.may, c.members);
  }
}

TEST_CASE("a JWK that cannot be trusted or understood is refused, with the reason") {
  const auto rsa = [](const char* name, Json value) {
    return with(vectors::rsa_jwk, name, std::move(value));
  };
  const auto ec = [](const char* name, Json value) {
    return with(vectors::p256_jwk, name, std::move(value));
  };
  struct {
    Json jwk;
    const char* reason;
  } cases[] = {
      {Json(), "JWK: \"kty\" is missing"},
      {base::parse_json(R"({"kty":"rsa"})"), "JWK: \"kty\" is not supported"},
      {base::parse_json(R"({"kty":5})"), "JWK: \"kty\" is no string"},
      {rsa("kid", 7), "JWK: \"kid\" is no string"},
      {rsa("alg", Json()), "JWK: \"alg\" is no string"},
      {rsa("use", Json::array({"sig"})), "JWK: \"use\" is no string"},
      {rsa("key_ops", "verify"), "JWK: \"key_ops\" is no array"},
      {rsa("key_ops", Json::array({1})), "JWK: \"key_ops\" is no array of strings"},
      {base::parse_json(vectors::rsa1024_jwk), "an RSA key of fewer than 2048 bits"},
      {rsa("n", number(256, '\x7f', '\xff')), "an RSA key of fewer than 2048 bits"},
      {rsa("n", number(300, '\0', '\0')), "an RSA key of fewer than 2048 bits"},
      {rsa("n", number(2049, '\x01', '\xff')), "an RSA key of more than 16384 bits"},
      {rsa("n", number(256, '\xff', '\xfe')), "JWK: \"n\" is even"},
      {rsa("n", "AQAB="), "JWK: \"n\" is no base64url"},
      {rsa("n", ""), "JWK: \"n\" is no base64url"},
      {without(vectors::rsa_jwk, "n"), "JWK: \"n\" is missing"},
      {rsa("e", "AQ"), "JWK: \"e\" is 1 or even"},
      {rsa("e", "AQAA"), "JWK: \"e\" is 1 or even"},
      {rsa("e", number(9, '\x01', '\x01')), "JWK: \"e\" is of more than 64 bits"},
      {rsa("oth", Json::array()), "JWK: \"oth\" is not supported"},
      {without(vectors::rsa_jwk, "qi"), "JWK: \"qi\" is missing"},
      {ec("crv", "secp256k1"), "JWK: \"crv\" is not supported"},
      {ec("crv", "P-384"), "JWK: \"x\" is not of 48 bytes"},
      {ec("x", number(31, '\x01', '\x01')), "JWK: \"x\" is not of 32 bytes"},
      {ec("y", number(33, '\0', '\x01')), "JWK: \"y\" is not of 32 bytes"},
      {off_the_curve(vectors::p256_jwk), "JWK: OpenSSL refuses this key"},
      {ec("d", number(32, '\x01', '\x01')), "an EC key that is not valid"},
      {ec("d", number(32, '\xff', '\xff')), "an EC key that is not valid"},
      {with(vectors::ed25519_jwk, "crv", "Ed448"), "JWK: \"crv\" is not supported"},
      {with(vectors::ed25519_jwk, "x", number(32, '\x01', '\x01')), "JWK: \"x\" does not belong to \"d\""},
      {with(vectors::ed25519_jwk, "d", "AQAB"), "JWK: \"d\" is not of 32 bytes"},
      {with(vectors::oct_jwk, "k", ""), "JWK: \"k\" is no base64url"},
  };
  for (const auto& c : cases) CHECK_THROWS_WITH_AS(Key::from_jwk(c.jwk), c.reason, Error);
}

TEST_CASE("a refused key leaves nothing in OpenSSL's error queue, which TLS reads too") {
  CHECK_THROWS_AS(Key::from_jwk(off_the_curve(vectors::p256_jwk)), Error);
  CHECK_THROWS_AS(Key::from_pem("no PEM"), Error);
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a private key in PEM is read in its usual forms") {
  CHECK(Key::from_pem(vectors::rsa_pem).fits("PS512"));
  CHECK(Key::from_pem(vectors::p256_pem).fits("ES256"));
  const Key key = Key::from_pem(vectors::ed25519_pem, "mine");
  CHECK(key.fits("EdDSA"));
  CHECK(key.kid() == "mine");
  CHECK_FALSE(key.is_symmetric());
}

TEST_CASE("PEM that is no private key of ours is refused, and no passphrase is asked for") {
  for (const char* pem :
       {"", "no PEM", vectors::rsa1024_pem, vectors::secp256k1_pem, vectors::p256_passphrase_pem})
    CHECK_THROWS_AS(Key::from_pem(pem), Error);
  CHECK_THROWS_WITH_AS(Key::from_pem(vectors::p256_mixed_pem), "an EC key that is not valid", Error);
}

TEST_CASE("an empty secret is a key that fits nothing") {
  CHECK(Key::from_bytes("secret").fits("HS256"));
  CHECK_FALSE(Key::from_bytes("").fits("HS256"));
}

// RFC 7517, appendix A.1.
TEST_CASE("RFC 7517's example set is read") {
  const auto keys = read_jwk_set(base::parse_json(
      R"({"keys":[
    {"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
     "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"},
    {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_)"
      R"(BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368Q)"
      R"(QMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3X)"
      R"(PksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}]})"));
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].kid() == "1");
  CHECK_FALSE(keys[0].may_verify());
  CHECK(keys[1].kid() == "2011-04-29");
  CHECK(keys[1].may_verify());
  CHECK(keys[1].fits("RS256"));
}

TEST_CASE("a set's unusable keys are left out, and it is read up to the limit") {
  const Json weak = base::parse_json(vectors::rsa1024_jwk);
  Json good = base::parse_json(vectors::p256_jwk);
  good.erase("d");
  const Json set = Json::object({{"keys", Json::array({weak, good, "no key", good, good})}});
  CHECK(read_jwk_set(set).size() == 3);
  CHECK(read_jwk_set(set, {}, 4).size() == 2);
  CHECK(read_jwk_set(set, {}, 0).empty());
}

TEST_CASE("a set is read up to a hundred keys") {
  Json good = base::parse_json(vectors::p256_jwk);
  good.erase("d");
  const auto set = [&](size_t count) { return Json::object({{"keys", Json::Array(count, good)}}); };
  CHECK(read_jwk_set(set(100)).size() == 100);
  CHECK(read_jwk_set(set(101)).size() == 100);
}

TEST_CASE("keys that were made are not made again, up to a hundred") {
  Json good = base::parse_json(vectors::p256_jwk);
  good.erase("d");
  const Json set = Json::object({{"keys", Json::Array(MadeKeys::most + 1, good)}});
  MadeKeys made;
  const auto first = read_jwk_set(set, {}, MadeKeys::most + 1, &made);
  const auto second = read_jwk_set(set, {}, MadeKeys::most + 1, &made);
  REQUIRE(second.size() == MadeKeys::most + 1);
  const auto is_same = [&](size_t at) { return &first[at].data() == &second[at].data(); };
  CHECK(is_same(0));
  CHECK(is_same(MadeKeys::most - 1));
  CHECK_FALSE(is_same(MadeKeys::most));
  CHECK_FALSE(&first[0].data() == &first[1].data());
}

TEST_CASE("a key that cannot be made is left out each time") {
  const Json set = Json::object({{"keys", Json::array({base::parse_json(vectors::rsa1024_jwk)})}});
  MadeKeys made;
  CHECK(read_jwk_set(set, {}, 100, &made).empty());
  CHECK(read_jwk_set(set, {}, 100, &made).empty());
}

TEST_CASE("what is published proves nothing if it is private") {
  const Json private_key = base::parse_json(vectors::p256_jwk);
  const Json shared = Json::object({{"kty", "oct"}, {"k", "c2VjcmV0"}});
  CHECK(read_jwk_set(Json::object({{"keys", Json::array({private_key, shared})}})).empty());
}

TEST_CASE("what is no JWK set is refused") {
  for (const char* text : {"null", "[]", "{}", R"({"keys":{}})"})
    CHECK_THROWS_WITH_AS(read_jwk_set(base::parse_json(text)), "no JWK set", Error);
}
