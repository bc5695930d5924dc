#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <string>

#include "base/text.hpp"
#include "crypto/crypto.hpp"

using namespace crypto;
using base::Json;

namespace {

const std::string secret = "0123456789abcdef0123456789abcdef";

Key key() { return Key::from_bytes(secret); }

std::string encrypt(std::string_view plain, bool zip = true) {
  return encrypt_jwe(plain, key(), system_random(), zip);
}

/// A token that somebody who has the key may send: any header, any bytes, any encrypted key.
std::string forge(std::string_view header, std::string_view bytes, std::string_view encrypted_key = {}) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                EVP_CIPHER_CTX_free);
  const auto raw = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  const std::string iv(12, 'i'), aad = base::to_base64url(header);
  std::string text(bytes.size(), '\0'), tag(16, '\0');
  int size = 0;
  EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(secret), raw(iv));
  EVP_EncryptUpdate(context.get(), nullptr, &size, raw(aad), int(aad.size()));
  EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(text.data()), &size, raw(bytes),
                    int(bytes.size()));
  EVP_EncryptFinal_ex(context.get(), nullptr, &size);
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, tag.data());
  return aad + '.' + std::string(encrypted_key) + '.' + base::to_base64url(iv) + '.' +
         base::to_base64url(text) + '.' + base::to_base64url(tag);
}

const char* const plain_header = R"({"alg":"dir","enc":"A256GCM"})";
const char* const zip_header = R"({"alg":"dir","enc":"A256GCM","zip":"DEF"})";
/// "hello" in a raw deflate stream of one stored block.
const std::string stored_hello(
    "\x01\x05\x00\xfa\xff"
    "hello",
    10);

}  // namespace

TEST_CASE("what was encrypted is decrypted, with and without deflate") {
  for (const std::string& plain :
       {std::string(), std::string("x"), std::string(1000, 'y'), std::string("a\0b", 3)})
    for (const bool zip : {true, false}) CHECK(decrypt_jwe(encrypt(plain, zip), key()) == plain);
}

TEST_CASE("the header is next-auth 3's, and the key part is empty") {
  CHECK(encrypt("x").starts_with(base::to_base64url(zip_header) + ".."));
  CHECK(encrypt("x", false).starts_with(base::to_base64url(plain_header) + ".."));
}

TEST_CASE("no two tokens share an initialisation vector") { CHECK(encrypt("x") != encrypt("x")); }

// Made by next-auth 3.29.10's jwt.encode({token, secret: "a secret", encryption: true, signingOptions:
// {expiresIn: "2592000s", now: new Date("2026-01-02T03:04:05Z")}}); the second with encryptionOptions: {alg:
// "dir", enc: "A256GCM"}.
TEST_CASE("next-auth 3's encrypted session tokens are read") {
  const Key derived = Key::from_bytes(hkdf_sha256("a secret", "NextAuth.js Generated Encryption Key", 32));
  const std::string inner =
      "eyJhbGciOiJIUzUxMiJ9."
      "eyJuYW1lIjoiQW5uIEV4YW1wbGUiLCJlbWFpbCI6ImFubkBleGFtcGxlLmNvbSIsInBpY3R1cmUiOm51bGws"
      "InN1YiI6IjEiLCJpYXQiOjE3NjczMjMwNDUsImV4cCI6MTc2OTkxNTA0NX0."
      "5VmgaxQssq5iyQDV6Mz3hyKpC3wp3SO90ITuPn4bTA2I"
      "ruGd0M__nMSs0azXWkCRgZCvuFCUgrudG9LfWHosaw";
  CHECK(
      decrypt_jwe(
          "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiemlwIjoiREVGIn0..aMOvenz95TWGchm2.--SwbZZsJO3oZ50carkTXHx9"
          "QTP1l-KhZAHGv18yAnN35X4In9scjhoBEgVazizQ5VrJS8RKIThiXBdZBF3y709DT2jcV_FrXRHuEhUJCDIEDvIbLRJI_Hhn0N"
          "Tt_GccRjHhVwrtMYHPzLbujwACuv0XWqVw6DKjMQ2Y6SyqhccsGiIiSgMM9kVVkofi2OjaUHauks9zy4MjPyW5OcnE8M8t20xV"
          "hulpdSrDtd1W07zSWRR3zjX-nfRxumW9W5t91DMZ-vJz5iVCWP8vnI1ua1p6upGbTkKi2trd.V1WkePOZpn_TGzOrjqpjWA",
          derived) == inner);
  CHECK(
      decrypt_jwe(
          "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..NOr6ygXQwejC2d2y.TC1elPJnawjWiQBUeYU4osiaVPzC4jjmmFlKHsI-"
          "ub40Q7VHs80tn3nPW2iwwP1MAYkCP1MpFC1pRqrTHhLYqgCdQtqyguAoHSY5-cmlspVxgkb0rgTIgzNbiA0zJpLkdWoFMK0Rjw"
          "Wxcs0KpJtVGDc4mEEOB9QIbiNpMMspd7YfS-91FtsT9lutmNBEMw1_a_dwZrM-IOADYpOTg2-CKumxAFi8C74MI3DikfE8Xiz2"
          "oDSKLPpdeYFYcwD_y73U8cfpe9qXFT8PVouXGeSSKwuOnGF-16ZbWxvtGl2HVTWbBhoGwlwXU7EjMvpvdo-YbF0K8Gxx_3sEga"
          "Y.Si3fZqre1taQ7lcw-h8neQ",
          derived) == inner);
}

TEST_CASE("another key opens nothing") {
  CHECK_FALSE(decrypt_jwe(encrypt("x"), Key::from_bytes(std::string(32, 'z'))));
}

TEST_CASE("a token changed in any place opens nothing") {
  const std::string good = encrypt("hello");
  for (size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(decrypt_jwe(changed, key()));
    CHECK_FALSE(decrypt_jwe(good.substr(0, i), key()));
  }
  CHECK_FALSE(decrypt_jwe(good + "=", key()));
  CHECK_FALSE(decrypt_jwe(good + ".", key()));
  CHECK_FALSE(decrypt_jwe(good + ".AA", key()));
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("another algorithm, a critical extension or a key part is refused even with the right key") {
  CHECK(decrypt_jwe(forge(plain_header, "hello"), key()) == "hello");
  const char* lies[] = {
      R"({"enc":"A256GCM"})",
      R"({"alg":"dir"})",
      R"({"alg":"RSA-OAEP","enc":"A256GCM"})",
      R"({"alg":"dir","enc":"A128GCM"})",
      R"({"alg":"dir","enc":"A256GCM","crit":["exp"],"exp":1})",
      R"({"alg":"dir","enc":"A256GCM","zip":"GZIP"})",
      R"({"alg":"dir","enc":"A256GCM","zip":null})",
      R"({"alg":"dir","enc":"A256GCM","enc":"A256GCM"})",
      R"(["dir","A256GCM"])",
      "not JSON",
  };
  for (const char* header : lies)
    for (const std::string& bytes : {std::string("hello"), stored_hello})
      CHECK_FALSE_MESSAGE(decrypt_jwe(forge(header, bytes), key()), header);
  CHECK_FALSE(decrypt_jwe(forge(plain_header, "hello", "AA"), key()));
}

TEST_CASE("a short tag or a long initialisation vector is refused") {
  const std::string good = encrypt("hello");
  CHECK_FALSE(decrypt_jwe(good.substr(0, good.rfind('.') + 17), key()));
  for (const size_t place : {2, 2 + 16}) {  // before it and behind it
    std::string long_iv = good;
    long_iv.insert(good.find("..") + place, "AAAA");
    CHECK_FALSE(decrypt_jwe(long_iv, key()));
  }
}

TEST_CASE("a deflate stream must end, and end there") {
  CHECK(decrypt_jwe(forge(zip_header, stored_hello), key()) == "hello");
  CHECK_FALSE(decrypt_jwe(forge(zip_header, stored_hello + "more"), key()));
  CHECK_FALSE(decrypt_jwe(forge(zip_header, stored_hello.substr(0, 8)), key()));
  CHECK_FALSE(decrypt_jwe(forge(zip_header, ""), key()));
  CHECK_FALSE(decrypt_jwe(forge(zip_header, "\xff\xff"), key()));
}

TEST_CASE("the plain text may have as many bytes as the limit and no more") {
  for (const bool zip : {true, false}) {
    CAPTURE(zip);
    CHECK(decrypt_jwe(encrypt(std::string(65536, 'a'), zip), key())->size() == 65536);
    CHECK_FALSE(decrypt_jwe(encrypt(std::string(65537, 'a'), zip), key()));
    CHECK(decrypt_jwe(encrypt("12345", zip), key(), 5) == "12345");
    CHECK_FALSE(decrypt_jwe(encrypt("123456", zip), key(), 5));
    CHECK(decrypt_jwe(encrypt("", zip), key(), 0) == "");
    CHECK_FALSE(decrypt_jwe(encrypt("1", zip), key(), 0));
    CHECK(decrypt_jwe(encrypt(random_bytes(system_random(), 65536), zip), key()));
  }
}

TEST_CASE("a token that would inflate a thousandfold is cut off") {
  const std::string bomb = encrypt(std::string(50'000'000, '\0'));
  CHECK(bomb.size() < 70'000);
  CHECK_FALSE(decrypt_jwe(bomb, key()));
}

TEST_CASE("a key of another length or purpose is an error, not a damaged token") {
  const std::string k = base::to_base64url(secret);
  const auto jwk = [&](const char* name, Json value) {
    return Key::from_jwk(Json::object({{"kty", "oct"}, {"k", k}, {name, std::move(value)}}));
  };
  CHECK(decrypt_jwe(encrypt("x"), jwk("alg", "A256GCM")) == "x");
  CHECK(decrypt_jwe(encrypt("x"), jwk("use", "enc")) == "x");
  CHECK(decrypt_jwe(encrypt("x"), jwk("key_ops", Json::array({"decrypt"}))) == "x");
  for (const Key& wrong : {Key::from_bytes(std::string(31, 'k')), Key::from_bytes(std::string(64, 'k')),
                           jwk("alg", "HS512"), jwk("use", "sig"), jwk("key_ops", Json::array({"verify"}))}) {
    CHECK_THROWS_AS(encrypt_jwe("x", wrong, system_random()), Error);
    CHECK_THROWS_AS(decrypt_jwe(encrypt("x"), wrong), Error);
  }
}
