#pragma once
// Private to the folder: international domains.
#include <optional>
#include <string>

namespace mail {

/// Punycode by the rules of IDNA 2008, characters made small and composed first (UTS #46); none if it has a
/// character that no domain may have. Throws std::runtime_error where libidn2 is not installed.
std::optional<std::string> to_punycode(const std::string& domain);

}  // namespace mail
