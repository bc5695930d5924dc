#pragma once
// The signature algorithms of RFC 7518 §3.1 and RFC 8037 §3.1. Private to crypto.
#include <string>
#include <string_view>

#include "crypto/key_data.hpp"

namespace crypto {

struct JwsAlgorithm {
  std::string_view name;
  KeyType type;
  const char* digest = nullptr;  // null: the algorithm brings its own
  std::string_view header{};  // {"alg":"…"} in base64url, which nearly every token signed with it begins with
  bool pss = false;
  size_t coordinate = 0;  // bytes of r and of s in an ECDSA signature
};

/// Null for an unknown name and for "none".
const JwsAlgorithm* find_jws_algorithm(std::string_view name);

}  // namespace crypto
