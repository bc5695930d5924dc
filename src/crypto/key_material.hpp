#pragma once
// What OpenSSL makes a key of. Private to crypto.
#include <openssl/bn.h>
#include <openssl/param_build.h>

#include <vector>

#include "crypto/openssl.hpp"

namespace crypto {

/// Numbers and bytes by OpenSSL's names, of which it makes a key.
class KeyMaterial {
 public:
  KeyMaterial() : builder_(made(OSSL_PARAM_BLD_new(), "OSSL_PARAM_BLD_new")) {}

  const BIGNUM* add_number(const char* name, std::string_view big_endian) {
    // Of the secure kind, so that OpenSSL wipes its copies: it may be a private exponent.
    const Number& number = numbers_.emplace_back(made(BN_secure_new(), "BN_secure_new"));
    made(BN_bin2bn(bytes(big_endian), int(big_endian.size()), number.get()), "BN_bin2bn");
    require(OSSL_PARAM_BLD_push_BN(builder_.get(), name, number.get()) == 1, "OSSL_PARAM_BLD_push_BN");
    return number.get();
  }
  void add_text(const char* name, const char* text) {
    require(OSSL_PARAM_BLD_push_utf8_string(builder_.get(), name, text, 0) == 1, name);
  }
  /// They must live as long as this.
  void add_bytes(const char* name, std::string_view value) {
    require(OSSL_PARAM_BLD_push_octet_string(builder_.get(), name, value.data(), value.size()) == 1, name);
  }
  PKey make(const char* type, bool is_private) {
    const Params params(made(OSSL_PARAM_BLD_to_param(builder_.get()), "OSSL_PARAM_BLD_to_param"));
    const PKeyContext context(made(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), type));
    EVP_PKEY* key = nullptr;
    require(EVP_PKEY_fromdata_init(context.get()) == 1 &&
                EVP_PKEY_fromdata(context.get(), &key, is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                                  params.get()) == 1,
            "JWK: OpenSSL refuses this key");
    return PKey(key);
  }

 private:
  using Number = std::unique_ptr<BIGNUM, Closer<BN_clear_free>>;
  using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Closer<OSSL_PARAM_BLD_free>>;
  using Params = std::unique_ptr<OSSL_PARAM, Closer<OSSL_PARAM_free>>;

  ParamBuilder builder_;
  std::vector<Number> numbers_;
};

}  // namespace crypto
