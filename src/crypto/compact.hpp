#pragma once
// What JWS and JWE share: parts between dots, the first of them a protected header. Private to crypto.
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/json.hpp"

namespace crypto {

/// The parts; none if there are not just as many.
template <size_t count>
std::optional<std::array<std::string_view, count>> split_compact(std::string_view compact) {
  if (std::count(compact.begin(), compact.end(), '.') != std::ptrdiff_t(count - 1)) return {};
  std::array<std::string_view, count> parts;
  for (std::string_view& part : parts) {
    part = compact.substr(0, compact.find('.'));
    compact.remove_prefix(std::min(part.size() + 1, compact.size()));
  }
  return parts;
}

/// The header; none if it is no base64url of a JSON object whose members are unique (RFC 7515 §4).
std::optional<base::Json> read_protected_header(std::string_view encoded);

}  // namespace crypto
