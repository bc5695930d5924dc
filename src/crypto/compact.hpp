#pragma once
// What JWS and JWE share: parts between dots, the first of them a protected header. Private to crypto.
#include <array>
#include <optional>
#include <string_view>

#include "base/json.hpp"

namespace crypto {

/// The parts; none if there are not just as many.
template <size_t count>
std::optional<std::array<std::string_view, count>> split_compact(std::string_view compact) {
  std::array<std::string_view, count> parts;
  for (size_t i = 0; i + 1 < count; ++i) {
    const size_t dot = compact.find('.');
    if (dot == std::string_view::npos) return {};
    parts[i] = compact.substr(0, dot);
    compact.remove_prefix(dot + 1);
  }
  if (compact.find('.') != std::string_view::npos) return {};
  parts[count - 1] = compact;
  return parts;
}

/// The header; none if it is no base64url of a JSON object whose members are unique (RFC 7515 §4).
std::optional<base::Json> read_protected_header(std::string_view encoded);

}  // namespace crypto
