#pragma once
// What a Key holds. Private to crypto.
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "crypto/hmac.hpp"
#include "crypto/openssl.hpp"

namespace crypto {

enum class KeyType { rsa, p256, p384, p521, ed25519, oct };

struct Key::Data {
  KeyType type = KeyType::oct;
  std::string kid;
  std::optional<std::string> alg;
  std::optional<std::string> use;
  std::optional<std::vector<std::string>> key_ops;
  base::Secret secret;  // of an oct key
  PKey pkey;            // of any other
  bool is_private = false;

  /// Whether `use` and `key_ops` (RFC 7517 §4.2, §4.3) leave it free for this: "sig" and "verify", say.
  bool allows(std::string_view wanted_use, std::string_view operation) const;
  /// An oct key's HMAC with this digest, made ready at its first use.
  const Hmac& hmac(std::string_view digest) const;

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::string_view, Hmac> hmacs_;  // by digest
};

}  // namespace crypto
