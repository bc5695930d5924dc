#pragma once
// HMAC (RFC 2104) with one key, which is made ready once. Private to crypto.
#include <mutex>
#include <vector>

#include "crypto/openssl.hpp"

namespace crypto {

class Hmac {
 public:
  /// `digest` by OpenSSL's name: "SHA512".
  Hmac(const char* digest, std::string_view key);
  /// The text's authentication code; for many threads at once.
  std::string of(std::string_view text) const;

 private:
  using Context = std::unique_ptr<EVP_MAC_CTX, Closer<EVP_MAC_CTX_free>>;
  Context take() const;
  void give_back(Context) const;

  Context keyed_;
  mutable std::mutex mutex_;
  mutable std::vector<Context> idle_;  // as many as threads that worked at once
};

}  // namespace crypto
