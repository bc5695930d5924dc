#include "auth/auth.hpp"

namespace auth {
std::optional<std::string> csrf_token(std::string cookie, const base::Secret& secret) {
  const std::string_view sent = cookie;
  const size_t bar = sent.find('|');
  if (bar == std::string_view::npos || bar == 0) return {};
  const auto hash = crypto::sha256_digits(sent.substr(0, bar), secret.reveal());
  if (!crypto::equal_constant_time(sent.substr(bar + 1), {hash.data(), hash.size()})) return {};
  cookie.resize(bar);
  return cookie;
}

std::string new_csrf_token(crypto::Random& random) { return crypto::random_hex(random, 32); }

std::string csrf_cookie(const std::string& token, const base::Secret& secret) {
  return token + "|" + crypto::sha256_hex(token, secret.reveal());
}

}  // namespace auth
