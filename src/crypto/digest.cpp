#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>

#include "base/text.hpp"
#include "crypto/crypto.hpp"
#include "crypto/hmac.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

using Digest = std::unique_ptr<EVP_MD, Closer<EVP_MD_free>>;
using Mac = std::unique_ptr<EVP_MAC, Closer<EVP_MAC_free>>;
using Kdf = std::unique_ptr<EVP_KDF, Closer<EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Closer<EVP_KDF_CTX_free>>;

OSSL_PARAM text_parameter(const char* name, const char* value) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);
}

OSSL_PARAM bytes_parameter(const char* name, std::string_view value) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<unsigned char*>(bytes(value)), value.size());
}

}  // namespace

std::string sha256(std::string_view text) {
  static const Digest digest(made(EVP_MD_fetch(nullptr, "SHA256", nullptr), "SHA-256"));
  std::string out(32, '\0');
  require(EVP_Digest(bytes(text), text.size(), bytes(out), nullptr, digest.get(), nullptr) == 1, "SHA-256");
  return out;
}

std::string digest_for(std::string_view alg, std::string_view text) {
  const char* name = "SHA256";
  if (alg.ends_with("384")) name = "SHA384";
  if (alg.ends_with("512") || alg == "EdDSA") name = "SHA512";
  const Digest digest(made(EVP_MD_fetch(nullptr, name, nullptr), name));
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  require(EVP_Digest(bytes(text), text.size(), bytes(out), &size, digest.get(), nullptr) == 1, name);
  out.resize(size);
  return out;
}

std::string sha256_hex(std::string_view text) { return base::to_hex(sha256(text)); }

Hmac::Hmac(const char* digest, std::string_view key) {
  static const Mac mac(made(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr), "HMAC"));
  keyed_.reset(made(EVP_MAC_CTX_new(mac.get()), "HMAC"));
  const std::array parameters{text_parameter(OSSL_MAC_PARAM_DIGEST, digest), OSSL_PARAM_construct_end()};
  require(EVP_MAC_init(keyed_.get(), bytes(key), key.size(), parameters.data()) == 1, "HMAC");
}

Hmac::Context Hmac::take() const {
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      Context context = std::move(idle_.back());
      idle_.pop_back();
      return context;
    }
  }
  return Context(made(EVP_MAC_CTX_dup(keyed_.get()), "HMAC"));
}

void Hmac::give_back(Context context) const {
  // Before 3.0.4 OpenSSL did not begin anew with the key that a context has.
  if (OpenSSL_version_num() < 0x30000040L || EVP_MAC_init(context.get(), nullptr, 0, nullptr) != 1) return;
  const std::scoped_lock lock(mutex_);
  idle_.push_back(std::move(context));
}

std::string Hmac::of(std::string_view text) const {
  Context context = take();
  std::string out(EVP_MAX_MD_SIZE, '\0');
  size_t size = 0;
  require(EVP_MAC_update(context.get(), bytes(text), text.size()) == 1 &&
              EVP_MAC_final(context.get(), bytes(out), &size, out.size()) == 1,
          "HMAC");
  out.resize(size);
  give_back(std::move(context));
  return out;
}

std::string hmac_sha1(std::string_view key, std::string_view text) { return Hmac("SHA1", key).of(text); }
std::string hmac_sha256(std::string_view key, std::string_view text) { return Hmac("SHA256", key).of(text); }
std::string hmac_sha512(std::string_view key, std::string_view text) { return Hmac("SHA512", key).of(text); }

std::string hkdf_sha256(std::string_view secret, std::string_view info, size_t bytes_wanted) {
  const ForgetErrors forget;
  const Kdf kdf(made(EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr), "HKDF"));
  const KdfContext context(made(EVP_KDF_CTX_new(kdf.get()), "HKDF"));
  const std::array parameters{text_parameter(OSSL_KDF_PARAM_DIGEST, "SHA256"),
                              bytes_parameter(OSSL_KDF_PARAM_KEY, secret),
                              bytes_parameter(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  std::string out(bytes_wanted, '\0');
  require(EVP_KDF_derive(context.get(), bytes(out), out.size(), parameters.data()) == 1, "HKDF");
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(bytes(a), bytes(b), a.size()) == 0;
}

}  // namespace crypto
