#include "keys.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include "base/text.hpp"

namespace support {
namespace {

template <auto close>
struct Closer {
  void operator()(auto* p) const { close(p); }
};
using Pkey = std::unique_ptr<EVP_PKEY, Closer<EVP_PKEY_free>>;

std::string number(const Pkey& key, const char* name, int bytes) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), name, &value) != 1) throw std::runtime_error(name);
  std::vector<unsigned char> out(size_t(bytes == 0 ? BN_num_bytes(value) : bytes));
  BN_bn2binpad(value, out.data(), int(out.size()));
  BN_free(value);
  return base::to_base64url({reinterpret_cast<const char*>(out.data()), out.size()});
}

using Bio = std::unique_ptr<BIO, Closer<BIO_free_all>>;

std::string text(const Bio& out) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, size_t(size)};
}

std::map<std::string, Pkey>& made_keys() {  // by their modulus, or x
  static std::map<std::string, Pkey> keys;
  return keys;
}

const Pkey& made_key(const base::Json& jwk) {
  return made_keys().at(jwk.text_of(jwk.find("n") ? "n" : "x").value());
}

void name(base::Json& jwk, const std::string& kid) {
  if (!kid.empty()) jwk.set("kid", kid);
}

}  // namespace

base::Json new_ec_key(const std::string& kid) {
  Pkey key(EVP_EC_gen("P-256"));
  base::Json jwk = base::Json::object({{"kty", "EC"},
                                       {"crv", "P-256"},
                                       {"x", number(key, OSSL_PKEY_PARAM_EC_PUB_X, 32)},
                                       {"y", number(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32)},
                                       {"d", number(key, OSSL_PKEY_PARAM_PRIV_KEY, 32)}});
  made_keys()[jwk.text_of("x").value()] = std::move(key);
  name(jwk, kid);
  return jwk;
}

base::Json new_rsa_key(const std::string& kid, int bits) {
  Pkey key(EVP_RSA_gen(size_t(bits)));
  base::Json jwk = base::Json::object({{"kty", "RSA"}});
  for (const auto& [member, parameter] :
       {std::pair{"n", OSSL_PKEY_PARAM_RSA_N}, std::pair{"e", OSSL_PKEY_PARAM_RSA_E},
        std::pair{"d", OSSL_PKEY_PARAM_RSA_D}, std::pair{"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
        std::pair{"q", OSSL_PKEY_PARAM_RSA_FACTOR2}, std::pair{"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
        std::pair{"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2}, std::pair{"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}})
    jwk.set(member, number(key, parameter, 0));
  made_keys()[jwk.text_of("n").value()] = std::move(key);
  name(jwk, kid);
  return jwk;
}

base::Json public_half(base::Json jwk) {
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi"}) jwk.erase(name);
  return jwk;
}

std::string private_pem(const base::Json& jwk) {
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), made_key(jwk).get(), nullptr, nullptr, 0, nullptr, nullptr);
  return text(out);
}

std::string public_pem(const base::Json& rsa_jwk) {
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(out.get(), made_key(rsa_jwk).get());
  return text(out);
}

std::string sign_rs256(const base::Json& header, const base::Json& claims, const base::Json& rsa_jwk) {
  const std::string text =
      base::to_base64url(base::to_json(header)) + "." + base::to_base64url(base::to_json(claims));
  const std::unique_ptr<EVP_MD_CTX, Closer<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, made_key(rsa_jwk).get());
  std::vector<unsigned char> signature(512);
  size_t size = signature.size();
  if (EVP_DigestSign(context.get(), signature.data(), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
    throw std::runtime_error("EVP_DigestSign");
  return text + "." + base::to_base64url({reinterpret_cast<const char*>(signature.data()), size});
}

}  // namespace support
