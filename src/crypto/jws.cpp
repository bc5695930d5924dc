#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include <array>

#include "base/text.hpp"
#include "crypto/compact.hpp"
#include "crypto/crypto.hpp"
#include "crypto/jws_algorithm.hpp"
#include "crypto/key_data.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

using DigestContext = std::unique_ptr<EVP_MD_CTX, Closer<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Closer<ECDSA_SIG_free>>;
using Number = std::unique_ptr<BIGNUM, Closer<BN_free>>;

constexpr size_t largest_jws = size_t{64} * 1024;

constexpr std::array algorithms{
    JwsAlgorithm{.name = "HS512", .type = KeyType::oct, .digest = "SHA512", .header = "eyJhbGciOiJIUzUxMiJ9"},
    JwsAlgorithm{.name = "HS256", .type = KeyType::oct, .digest = "SHA256", .header = "eyJhbGciOiJIUzI1NiJ9"},
    JwsAlgorithm{.name = "HS384", .type = KeyType::oct, .digest = "SHA384", .header = "eyJhbGciOiJIUzM4NCJ9"},
    JwsAlgorithm{.name = "RS256", .type = KeyType::rsa, .digest = "SHA256"},
    JwsAlgorithm{.name = "RS384", .type = KeyType::rsa, .digest = "SHA384"},
    JwsAlgorithm{.name = "RS512", .type = KeyType::rsa, .digest = "SHA512"},
    JwsAlgorithm{.name = "PS256", .type = KeyType::rsa, .digest = "SHA256", .pss = true},
    JwsAlgorithm{.name = "PS384", .type = KeyType::rsa, .digest = "SHA384", .pss = true},
    JwsAlgorithm{.name = "PS512", .type = KeyType::rsa, .digest = "SHA512", .pss = true},
    JwsAlgorithm{.name = "ES256", .type = KeyType::p256, .digest = "SHA256", .coordinate = 32},
    JwsAlgorithm{.name = "ES384", .type = KeyType::p384, .digest = "SHA384", .coordinate = 48},
    JwsAlgorithm{.name = "ES512", .type = KeyType::p521, .digest = "SHA512", .coordinate = 66},
    JwsAlgorithm{.name = "EdDSA", .type = KeyType::ed25519},
};

/// RFC 7518 §3.5: the mask is made with the same digest, which is OpenSSL's default; the salt is as long as
/// it.
void set_padding(EVP_PKEY_CTX* context, const JwsAlgorithm& algorithm) {
  if (algorithm.type != KeyType::rsa) return;
  require(
      EVP_PKEY_CTX_set_rsa_padding(context, algorithm.pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1,
      "RSA padding");
  if (algorithm.pss)
    require(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1, "RSA-PSS salt");
}

/// From r and s side by side (RFC 7518 §3.4) to ASN.1; none if they are not of the right length.
std::optional<std::string> ecdsa_to_der(std::string_view raw, size_t coordinate) {
  if (raw.size() != 2 * coordinate) return {};
  const EcdsaSignature signature(made(ECDSA_SIG_new(), "ECDSA"));
  Number r(made(BN_bin2bn(bytes(raw), int(coordinate), nullptr), "ECDSA"));
  Number s(made(BN_bin2bn(bytes(raw.substr(coordinate)), int(coordinate), nullptr), "ECDSA"));
  require(ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1, "ECDSA");
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  require(size > 0, "ECDSA");
  std::string der(size_t(size), '\0');
  unsigned char* end = bytes(der);
  i2d_ECDSA_SIG(signature.get(), &end);
  return der;
}

std::string ecdsa_from_der(std::string_view der, size_t coordinate) {
  const unsigned char* begin = bytes(der);
  const EcdsaSignature signature(made(d2i_ECDSA_SIG(nullptr, &begin, long(der.size())), "ECDSA"));
  std::string raw(2 * coordinate, '\0');
  const int size = int(coordinate);
  require(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes(raw), size) == size &&
              BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes(raw) + coordinate, size) == size,
          "ECDSA");
  return raw;
}

bool verify_with_public_key(const JwsAlgorithm& algorithm, EVP_PKEY* key, std::string_view text,
                            const std::string& given) {
  const ForgetErrors forget;
  const std::optional<std::string> signature =
      algorithm.coordinate == 0 ? given : ecdsa_to_der(given, algorithm.coordinate);
  if (!signature) return false;
  const DigestContext context(made(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
  EVP_PKEY_CTX* options = nullptr;  // owned by `context`
  require(
      EVP_DigestVerifyInit_ex(context.get(), &options, algorithm.digest, nullptr, nullptr, key, nullptr) == 1,
      "EVP_DigestVerifyInit");
  set_padding(options, algorithm);
  return EVP_DigestVerify(context.get(), bytes(*signature), signature->size(), bytes(text), text.size()) == 1;
}

bool verify(std::string_view text, const std::string& signature, const Key& key, std::string_view alg) {
  // The algorithm belongs to the key (RFC 8725 §3.1): else an RSA key's public half would serve as an HMAC
  // secret.
  if (!key.fits(alg) || !key.may_verify()) return false;
  const JwsAlgorithm& algorithm = *find_jws_algorithm(alg);
  if (algorithm.type == KeyType::oct)
    return equal_constant_time(key.data().hmac(algorithm.digest).of(text), signature);
  return verify_with_public_key(algorithm, key.data().pkey.get(), text, signature);
}

std::string sign_with_private_key(const JwsAlgorithm& algorithm, EVP_PKEY* key, std::string_view text) {
  const ForgetErrors forget;
  const DigestContext context(made(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
  EVP_PKEY_CTX* options = nullptr;  // owned by `context`
  require(
      EVP_DigestSignInit_ex(context.get(), &options, algorithm.digest, nullptr, nullptr, key, nullptr) == 1,
      "EVP_DigestSignInit");
  set_padding(options, algorithm);
  size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, bytes(text), text.size()) == 1, "EVP_DigestSign");
  std::string signature(size, '\0');
  require(EVP_DigestSign(context.get(), bytes(signature), &size, bytes(text), text.size()) == 1,
          "EVP_DigestSign");
  signature.resize(size);
  return algorithm.coordinate == 0 ? signature : ecdsa_from_der(signature, algorithm.coordinate);
}

std::string encoded_header(base::Json header, const Key& key, const JwsAlgorithm& algorithm) {
  const bool is_plain = header.is_null() || header.members().empty();
  if (is_plain && !algorithm.header.empty()) return std::string(algorithm.header);
  header.set("alg", algorithm.name);
  if (!key.is_symmetric() && !key.kid().empty()) header.set("kid", key.kid());
  return base::to_base64url(base::to_json(header));
}

/// A token's three parts, lent from it.
struct Parts {
  std::string_view header, payload, signature;
  std::string_view signed_part;  // header.payload
};

Parts split(std::string_view compact) {
  if (compact.size() > largest_jws) throw Error("JWS: larger than 64 KiB");
  const auto parts = split_compact<3>(compact);
  if (!parts) throw Error("JWS: not of three parts");
  const auto& [header, payload, signature] = *parts;
  return {header, payload, signature, compact.substr(0, header.size() + 1 + payload.size())};
}

base::Json read_header(std::string_view encoded) {
  auto header = read_protected_header(encoded);
  if (!header) throw Error("JWS: the header is no JSON object of unique members");
  const base::Json* alg = header->find("alg");
  if (!alg || !alg->is_string()) throw Error("JWS: \"alg\" is no string");
  // RFC 7797: with "b64" the payload would mean something else.
  if (header->find("crit") || header->find("b64")) throw Error("JWS: the header has \"crit\" or \"b64\"");
  return std::move(*header);
}

/// Whether a header names this algorithm. Our own tokens have one that needs no reading.
bool says(std::string_view header, std::string_view alg) {
  const JwsAlgorithm* algorithm = find_jws_algorithm(alg);
  if (algorithm && !header.empty() && algorithm->header == header) return true;
  return read_header(header).find("alg")->text() == alg;
}

/// The bytes of a part, which `what` names where it is no base64url.
std::string decode_part(std::string_view part, const char* what) {
  auto decoded = base::from_base64url(part);
  if (!decoded) throw Error(std::string("JWS: the ") + what + " is no base64url");
  return std::move(*decoded);
}

}  // namespace

const JwsAlgorithm* find_jws_algorithm(std::string_view name) {
  for (const JwsAlgorithm& algorithm : algorithms)
    if (algorithm.name == name) return &algorithm;
  return nullptr;
}

std::optional<base::Json> read_protected_header(std::string_view encoded) {
  const auto text = base::from_base64url(encoded);
  if (!text) return {};
  auto header = base::try_parse_json(*text, {.unique_members = true});
  if (!header || !header->is_object()) return {};
  return header;
}

Jws read_jws(std::string_view compact) {
  const Parts parts = split(compact);
  return {read_header(parts.header), decode_part(parts.payload, "payload"), std::string(parts.signed_part),
          decode_part(parts.signature, "signature")};
}

bool verify_jws(const Jws& jws, const Key& key, std::string_view alg) {
  return verify(jws.signed_part, jws.signature, key, alg);
}

std::optional<std::string> open_jws(std::string_view compact, const Key& key, std::string_view alg) {
  const Parts parts = split(compact);
  if (!says(parts.header, alg)) return {};
  if (!verify(parts.signed_part, decode_part(parts.signature, "signature"), key, alg)) return {};
  return decode_part(parts.payload, "payload");
}

std::string sign_jws(base::Json header, std::string_view payload, const Key& key, std::string_view alg) {
  if (!header.is_object() && !header.is_null()) throw Error("JWS: the header is no object");
  if (!key.fits(alg)) throw Error("JWS: the key does not fit the algorithm");
  if (!key.data().is_private) throw Error("JWS: a public key cannot sign");
  if (!key.data().allows("sig", "sign")) throw Error("JWS: the key is not for signing");
  const JwsAlgorithm& algorithm = *find_jws_algorithm(alg);
  std::string token = encoded_header(std::move(header), key, algorithm);
  token.reserve(token.size() + payload.size() * 4 / 3 +
                128);  // with the signature; RSA's is longer, and rare
  token += '.';
  base::append_base64url(token, payload);
  const auto append = [&token](std::string_view signature) {
    token += '.';
    base::append_base64url(token, signature);
  };
  if (algorithm.type == KeyType::oct)
    append(key.data().hmac(algorithm.digest).of(token));
  else
    append(sign_with_private_key(algorithm, key.data().pkey.get(), token));
  return token;
}

}  // namespace crypto
