#include <doctest/doctest.h>
#include <openssl/err.h>

#include <string>

#include "base/text.hpp"
#include "crypto/crypto.hpp"
#include "vectors.hpp"

using namespace crypto;
using base::Json;

namespace {

Key key_of(std::string_view jwk) { return Key::from_jwk(base::parse_json(jwk)); }

Key public_half(const char* jwk) {
  Json json = base::parse_json(jwk);
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi"}) json.erase(name);
  return Key::from_jwk(json);
}

bool verifies(std::string_view compact, const Key& key, std::string_view alg) {
  const Jws jws = read_jws(compact);
  const bool good = verify_jws(jws, key, alg);
  // Both ways say the same, but that the header must name the algorithm, too, of a token that is opened.
  const auto opened = open_jws(compact, key, alg);
  CHECK(opened.has_value() == (good && jws.header.text_of("alg") == alg));
  if (opened) CHECK(*opened == jws.payload);
  return good;
}

/// A token with this header as it is, signed by the secret.
std::string with_header(std::string_view header) {
  const std::string text = base::to_base64url(header) + ".e30";
  return text + '.' + base::to_base64url(hmac_sha256(vectors::secret, text));
}

bool opens_nothing(const std::string& compact) {
  try {
    return !open_jws(compact, key_of(vectors::oct_jwk), "HS256");
  } catch (const Error&) {
    return true;
  }
}

}  // namespace

// RFC 7515, appendices A.1 to A.4, and RFC 8037, appendix A.4.
TEST_CASE("the RFCs' examples verify") {
  const std::string payload =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  struct {
    std::string alg, jwk, compact;
  } examples[] = {
      {"HS256",
       R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
       "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + payload +
           ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
      {"RS256",
       R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt)"
       R"(0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA)"
       R"(9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia)"
       R"(GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})",
       "eyJhbGciOiJSUzI1NiJ9." + payload +
           ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG"
           "bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
           "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0G"
           "arZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
           "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgG"
           "Y9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
      {"ES256",
       R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
       R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
       "eyJhbGciOiJFUzI1NiJ9." + payload +
           ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
      {"ES512",
       R"({"kty":"EC","crv":"P-521",)"
       R"("x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",)"
       R"("y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"})",
       "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-"
       "mZZqwqT2SI-"
       "KGDKB34XO0aw_"
       "7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_"
       "Jn"},
      {"EdDSA", R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
       "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
       "09PGcvMg3AIbQR6dWbh"
       "ijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
  };
  for (const auto& example : examples)
    CHECK_MESSAGE(verifies(example.compact, key_of(example.jwk), example.alg), example.alg);
}

TEST_CASE("a token is taken apart") {
  const Jws jws = read_jws(vectors::tokens[0].compact);
  CHECK(base::to_json(jws.header) == R"({"alg":"RS256"})");
  CHECK(jws.payload == "payload");
  CHECK(jws.signed_part == "eyJhbGciOiJSUzI1NiJ9.cGF5bG9hZA");
  CHECK(jws.signature.size() == 256);
}

TEST_CASE("tokens that npm jose signed verify, and ours do, by the public half") {
  for (const auto& token : vectors::tokens) {
    const std::string alg = token.alg;
    CAPTURE(alg);
    const Key key = token.jwk == vectors::oct_jwk ? key_of(token.jwk) : public_half(token.jwk);
    CHECK(verifies(token.compact, key, alg));
    CHECK(verifies(sign_jws(Json(), "", key_of(token.jwk), alg), key, alg));
  }
}

TEST_CASE("a signature that was cut, lengthened or changed does not verify") {
  for (const auto& token : vectors::tokens) {
    const std::string alg = token.alg;
    CAPTURE(alg);
    const Key key = key_of(token.jwk);
    const Jws good = read_jws(token.compact);
    const auto check = [&](const std::string& signature, const std::string& text) {
      CHECK_FALSE(verify_jws({good.header, good.payload, text, signature}, key, alg));
    };
    std::string changed = good.signature;
    changed[5] = char(changed[5] ^ 1);
    check(changed, good.signed_part);
    check(good.signature.substr(1), good.signed_part);
    check(good.signature.substr(0, good.signature.size() - 1), good.signed_part);
    check(good.signature + '\0', good.signed_part);
    check(std::string(good.signature.size(), '\0'), good.signed_part);
    check("", good.signed_part);
    check(good.signature, good.signed_part + "A");
  }
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("another key, curve or algorithm does not verify") {
  for (const auto& token : vectors::tokens)
    for (const auto& other : vectors::tokens)
      if (&token != &other) CHECK_FALSE(verifies(token.compact, key_of(other.jwk), other.alg));
  for (const char* alg : {"none", "None", "", "RS257", "rs256"})
    CHECK_FALSE(verifies(vectors::tokens[0].compact, key_of(vectors::rsa_jwk), alg));
}

TEST_CASE("a token without a signature never verifies") {
  const std::string none = base::to_base64url(R"({"alg":"none"})") + ".e30.";
  CHECK(read_jws(none).signature.empty());
  for (const char* alg : {"none", "HS256"}) CHECK_FALSE(verifies(none, key_of(vectors::oct_jwk), alg));
}

TEST_CASE("an RSA key's public half is no HMAC secret") {
  const Key forged_with = Key::from_bytes(*base::parse_json(vectors::rsa_jwk).text_of("n"));
  const std::string token = sign_jws(Json(), "{}", forged_with, "HS256");
  CHECK_FALSE(verifies(token, key_of(vectors::rsa_jwk), "HS256"));
  CHECK_FALSE(verifies(token, key_of(vectors::rsa_jwk), "RS256"));
}

TEST_CASE("a key for encryption does not verify") {
  Json jwk = base::parse_json(vectors::tokens[0].jwk);
  jwk.set("use", "enc");
  CHECK_FALSE(verifies(vectors::tokens[0].compact, Key::from_jwk(jwk), "RS256"));
}

TEST_CASE("a token whose header names another algorithm is not opened, though the signature be good") {
  const std::string head = base::to_base64url(R"({"alg":"HS512"})") + "." + base::to_base64url("{}");
  const std::string token = head + "." + base::to_base64url(hmac_sha256("secret", head));
  const Key key = Key::from_bytes("secret");
  CHECK(verify_jws(read_jws(token), key, "HS256"));
  CHECK_FALSE(open_jws(token, key, "HS256"));
  CHECK_FALSE(open_jws(token, key, "HS512"));
  CHECK_THROWS_AS(open_jws(".e30.AAAA", key_of(vectors::rsa_jwk), "RS256"), Error);
}

TEST_CASE("what is no JWS is refused") {
  const char* malformed[] = {"",
                             ".",
                             "..",
                             "e30.e30",
                             "eyJhbGciOiJIUzI1NiJ9.e30",
                             "eyJhbGciOiJIUzI1NiJ9.e30.AA.",
                             ".e30.AA",
                             "eyJhbGciOiJIUzI1NiJ9.e30.AA.AA.AA",
                             "eyJhbGciOiJIUzI1NiJ9=.e30.AA",  // padding
                             "eyJhbGciOiJIUzI1NiJ9.e30=.AA",
                             "eyJhbGciOiJIUzI1NiJ9.e30.AA==",
                             "eyJhbGciOiJIUzI1NiJ9.e31.AA",  // bits left over
                             "eyJhbGciOiJIUzI1NiJ9.e30.A",
                             "eyJhbGciOiJIUzI1NiJ9.e30.+/",
                             " eyJhbGciOiJIUzI1NiJ9.e30.AA",
                             "eyJhbGciOiJIUzI1NiJ9.e30.AA\n"};
  for (const char* compact : malformed) {
    CAPTURE(compact);
    CHECK_THROWS_AS(read_jws(compact), Error);
    CHECK(opens_nothing(compact));
  }
}

TEST_CASE("a header is one object of unique members with an alg and nothing critical") {
  CHECK(verifies(with_header(R"({"alg":"HS256","typ":"JWT","jku":"https://evil.example/"})"),
                 key_of(vectors::oct_jwk), "HS256"));
  const char* lies[] = {R"({})",
                        R"(["HS256"])",
                        R"("HS256")",
                        R"({"alg":1})",
                        R"({"alg":"HS256"}x)",
                        R"({"alg":"HS256","alg":"none"})",
                        R"({"alg":"HS256","\u0061lg":"HS256"})",
                        R"({"alg":"HS256","crit":["exp"],"exp":1})",
                        R"({"alg":"HS256","crit":[]})",
                        R"({"alg":"HS256","b64":false})",
                        R"({"alg":"HS256","kid":"a","kid":"b"})",
                        "{\"alg\":\"HS256\",\"kid\":\"\xff\"}",
                        "not JSON"};
  for (const char* header : lies) {
    CHECK_THROWS_AS_MESSAGE(read_jws(with_header(header)), Error, header);
    CHECK_MESSAGE(opens_nothing(with_header(header)), header);
  }
}

TEST_CASE("a token may be of 64 KiB and no more") {
  const auto of_size = [](size_t size) {
    return "eyJhbGciOiJIUzI1NiJ9." + std::string(size - 22, 'A') + ".";
  };
  CHECK(read_jws(of_size(65536)).payload.size() == 49135);
  CHECK_THROWS_WITH_AS(read_jws(of_size(65537)), "JWS: larger than 64 KiB", Error);
}

TEST_CASE("the header names the algorithm, and the key where it is a public one's other half") {
  Json jwk = base::parse_json(vectors::p256_jwk);
  jwk.set("kid", "k1");
  const Json typ = Json::object({{"typ", "JWT"}, {"alg", "none"}});
  CHECK(base::to_json(read_jws(sign_jws(typ, "", Key::from_jwk(jwk), "ES256")).header) ==
        R"({"typ":"JWT","alg":"ES256","kid":"k1"})");
  CHECK(base::to_json(read_jws(sign_jws(Json(), "", Key::from_bytes("secret", "k2"), "HS256")).header) ==
        R"({"alg":"HS256"})");
}

TEST_CASE("only a private key that fits signs") {
  Json jwk = base::parse_json(vectors::p256_jwk);
  CHECK_THROWS_AS(sign_jws(Json(), "", Key::from_jwk(jwk), "RS256"), Error);
  CHECK_THROWS_AS(sign_jws(Json(), "", Key::from_jwk(jwk), "none"), Error);
  CHECK_THROWS_AS(sign_jws(Json(), "", public_half(vectors::p256_jwk), "ES256"), Error);
  CHECK_THROWS_AS(sign_jws(Json(), "", Key::from_bytes(""), "HS256"), Error);
  CHECK_THROWS_AS(sign_jws("no object", "", Key::from_jwk(jwk), "ES256"), Error);
  jwk.set("key_ops", Json::array({"verify"}));
  CHECK_THROWS_AS(sign_jws(Json(), "", Key::from_jwk(jwk), "ES256"), Error);
}

// RFC 7518 §3.5. Made by openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:….
TEST_CASE("the salt of RSA-PSS is as long as the digest, no shorter and no longer") {
  const Key key = public_half(vectors::rsa_jwk);
  const char* const of_32 =
      "eyJhbGciOiJQUzI1NiJ9.e30."
      "2fUVNP9xf0f-Bsb5uJkePIcEs0yuhN4JhJy4GMN3oo8-Lc6QppF6cYgBI5iTjV9t73KmRxAzT0nXsaANl2AzbaArnB0np_UbBskQ"
      "E2Ovm5WeduP2qJ_A_QPp32LXY4TfO3k9pBeU0EdNs7JB7RxP1W7eM5ZMTYGqoyUEtx170yU6_KikOLTwK20XEzmGMdAe8gJH8s3Q"
      "yj8g45zG28E8u3HBe4H6PNMNo55YpOMB21wlVFJsAMu46B2A8ktxrS_BR0yv9J0O8iF57vYsN0nGiIOrB9C-DIxLxb8hsKpGXfqF"
      "jPvilfjG8KDWi7cZBnMAOFBf3GFayN91med4raWY7A";
  const char* const of_20 =
      "eyJhbGciOiJQUzI1NiJ9.e30."
      "0s11LiWkPOL-q9YFKcDhI4jRKMyKafPl3i3W8z9gk7wCsdYAYPzvuTXlo6sBleaBuS0Vrl184WN4oyAd2UIvShSyOBr9B8J872y8"
      "QrX4kpggu0u3CmQB24PJbEBfZFOVINRT-9GDj4Ylfq3xG4FettGBDkbwSzvggzqDAdSQdy4AhrjV7xBr29Fekaq5Yz8C1oX1lJWk"
      "nLKwewuKYLKKuFS-ACVrCufG3JxgaWmrkHiQHZUjUF-Dr_CaZfEIlOX-DqF52yR62A1camTc8q5Ak--0BDgHxLhpuQ6d5zW5Q4Pq"
      "BLLzKOFzaBgiWCyoCo8HdmHYLm8pPVG9csQNaesRNA";
  const char* const of_222 =
      "eyJhbGciOiJQUzI1NiJ9.e30."
      "ga85p5uK0dAgXgxu7l-klR0O9D1n9uydUUVpbGSu_Wi-U7EdWzHXl791X-b9KyWKk1AOXNmiF7rcyHht4qXI4DCx80R7pfGS9wZ_"
      "YX_kWKpT3l3yIysV8JYcWEDNiY4MdS2tbFDTMHhDb6Kstubx2gOWZ3gm9AGWtQkd90nV0ltykQmSiWQuh0DdPB8oMp35nFbas4Ik"
      "z820f29DSnACSMhoYfOdUHNH-nlAqLCmsjb98YLQZ98PjGqJ4ozMbp78LRJFS7Dcabj5nEkhH1MyKXzTZ48bZRdoa_fEA5VX670g"
      "qfOn4txVIvgozOCRVlpxK4jCIDMDmBvZt5Zpgg8ubA";
  CHECK(verifies(of_32, key, "PS256"));
  CHECK_FALSE(verifies(of_20, key, "PS256"));
  CHECK_FALSE(verifies(of_222, key, "PS256"));
}

TEST_CASE("a key in PEM, and an RSA one without its primes, sign what its JWK verifies") {
  Json bare = base::parse_json(vectors::rsa_jwk);
  for (const char* name : {"p", "q", "dp", "dq", "qi"}) bare.erase(name);
  CHECK(
      verifies(sign_jws(Json(), "x", Key::from_jwk(bare), "PS256"), public_half(vectors::rsa_jwk), "PS256"));
  CHECK(verifies(sign_jws(Json(), "x", Key::from_pem(vectors::rsa_pem), "RS512"),
                 public_half(vectors::rsa_jwk), "RS512"));
  CHECK(verifies(sign_jws(Json(), "x", Key::from_pem(vectors::p256_pem), "ES256"),
                 public_half(vectors::p256_jwk), "ES256"));
}

// Made by next-auth 3.29.10's jwt.encode({token, secret: "a secret", signingOptions: {expiresIn: "2592000s",
// now: new Date("2026-01-02T03:04:05Z")}}).
TEST_CASE("a session token is next-auth 3's, byte for byte") {
  const Key key = Key::from_bytes(hkdf_sha256("a secret", "NextAuth.js Generated Signing Key", 64),
                                  "nextauth-auto-generated-signing-key");
  CHECK(sign_jws(Json(),
                 R"({"name":"Ann Example","email":"ann@example.com","picture":null,"sub":"1",)"
                 R"("iat":1767323045,"exp":1769915045})",
                 key, "HS512") ==
        "eyJhbGciOiJIUzUxMiJ9."
        "eyJuYW1lIjoiQW5uIEV4YW1wbGUiLCJlbWFpbCI6ImFubkBleGFtcGxlLmNvbSIsInBpY3R1cmUiOm51bGws"
        "InN1YiI6IjEiLCJpYXQiOjE3NjczMjMwNDUsImV4cCI6MTc2OTkxNTA0NX0."
        "5VmgaxQssq5iyQDV6Mz3hyKpC3wp3SO90ITuPn4bTA2I"
        "ruGd0M__nMSs0azXWkCRgZCvuFCUgrudG9LfWHosaw");
}
