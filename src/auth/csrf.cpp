#include "auth/auth.hpp"

namespace auth {
std::optional<std::string> csrf_token(std::string_view cookie, const base::Secret& secret) {
  const size_t bar = cookie.find('|');
  if (bar == std::string_view::npos || bar == 0) return {};
  const std::string_view token = cookie.substr(0, bar);
  const auto hash = crypto::sha256_digits(token, secret.reveal());
  if (!crypto::equal_constant_time(cookie.substr(bar + 1), {hash.data(), hash.size()})) return {};
  return std::string(token);
}

std::string new_csrf_token(crypto::Random& random) { return crypto::random_hex(random, 32); }

std::string csrf_cookie(const std::string& token, const base::Secret& secret) {
  return token + "|" + crypto::sha256_hex(token, secret.reveal());
}

}  // namespace auth
