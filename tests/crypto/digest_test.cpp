#include <doctest/doctest.h>

#include <string>

#include "base/text.hpp"
#include "crypto/crypto.hpp"

using namespace crypto;

TEST_CASE("SHA-256 is FIPS 180-4's") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256("abc").size() == 32);
}

TEST_CASE("the digest that goes with an algorithm is of its size, SHA-512 for EdDSA") {
  const std::string sha384 =
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7";
  const std::string sha512 =
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
  for (const char* alg : {"RS256", "PS256", "ES256"}) CHECK(digest_for(alg, "abc") == sha256("abc"));
  for (const char* alg : {"RS384", "PS384", "ES384"}) CHECK(base::to_hex(digest_for(alg, "abc")) == sha384);
  for (const char* alg : {"RS512", "PS512", "ES512", "EdDSA"})
    CHECK(base::to_hex(digest_for(alg, "abc")) == sha512);
}

TEST_CASE("HMAC is that of RFC 2202 and RFC 4231") {
  struct {
    std::string key, text, sha1, sha256, sha512;
  } cases[] = {
      {std::string(20, '\x0b'), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
       "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
       "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
      {"Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
       "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "90d0dace1c1bdc957339307803160335bde6df2b",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
       "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(base::to_hex(hmac_sha1(c.key, c.text)) == c.sha1);
    CHECK(base::to_hex(hmac_sha256(c.key, c.text)) == c.sha256);
    CHECK(base::to_hex(hmac_sha512(c.key, c.text)) == c.sha512);
  }
}

TEST_CASE("HMAC takes an empty key and an empty text, whatever the key before") {
  CHECK(hmac_sha256("before", "text") != hmac_sha256({}, "text"));
  CHECK(base::to_hex(hmac_sha256({}, {})) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("HKDF with an empty salt is RFC 5869's test case 3") {
  CHECK(base::to_hex(hkdf_sha256(std::string(22, '\x0b'), "", 42)) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

// Made by Node.js: crypto.hkdfSync("sha256", "a secret", Buffer.alloc(0), info, length).
TEST_CASE("HKDF derives the keys that next-auth 3 derives from its secret") {
  CHECK(base::to_hex(hkdf_sha256("a secret", "NextAuth.js Generated Signing Key", 64)) ==
        "b24f70007dac00c5a4dadc1b1335d7b2fa196c8fc4ab719e5fdf454034d2f78a"
        "def776ffaffbe5bc80394f26d97b7626bc2c19c4188876558bd36f00bcd10113");
  CHECK(base::to_hex(hkdf_sha256("a secret", "NextAuth.js Generated Encryption Key", 32)) ==
        "d6fa5e1735e8a5fa288aecfb899d10179886ff49f43ce1c55bf419010b28f97e");
}

TEST_CASE("HKDF gives at most 255 digests' worth") {
  CHECK(hkdf_sha256("secret", "", size_t{255} * 32).size() == size_t{255} * 32);
  CHECK_THROWS_AS(hkdf_sha256("secret", "", size_t{255} * 32 + 1), Error);
}

TEST_CASE("a comparison in constant time finds every difference") {
  CHECK(equal_constant_time("", ""));
  CHECK(equal_constant_time("same", "same"));
  CHECK_FALSE(equal_constant_time("same", "Same"));
  CHECK_FALSE(equal_constant_time("same", "samE"));
  CHECK_FALSE(equal_constant_time("same", "same "));
  CHECK_FALSE(equal_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
  for (size_t size = 1; size < 70; ++size)
    for (size_t at = 0; at < size; ++at) {
      const std::string text(size, 'x');
      std::string other = text;
      CHECK(equal_constant_time(text, other));
      other[at] = char(other[at] ^ 0x80);
      CHECK_FALSE(equal_constant_time(text, other));
    }
}
