#pragma once
// OpenSSL's handles as owned values. Private to crypto.
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "crypto/crypto.hpp"

namespace crypto {

template <auto close>
struct Closer {
  template <typename T>
  void operator()(T* handle) const {
    close(handle);
  }
};

using PKey = std::unique_ptr<EVP_PKEY, Closer<EVP_PKEY_free>>;
using PKeyContext = std::unique_ptr<EVP_PKEY_CTX, Closer<EVP_PKEY_CTX_free>>;

/// Forgets the errors OpenSSL queued meanwhile: TLS on the same thread would take them for its own.
class ForgetErrors {
 public:
  ForgetErrors() { ERR_set_mark(); }
  ~ForgetErrors() { ERR_pop_to_mark(); }
  ForgetErrors(const ForgetErrors&) = delete;
  ForgetErrors& operator=(const ForgetErrors&) = delete;
};

inline void require(bool ok, const char* operation) {
  if (!ok) throw Error(operation);
}

/// The handle OpenSSL made; throws where it made none.
template <typename T>
T* made(T* handle, const char* operation) {
  require(handle != nullptr, operation);
  return handle;
}

/// Never null, which OpenSSL would understand as "none given".
inline const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.empty() ? "" : text.data());
}
inline unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace crypto
