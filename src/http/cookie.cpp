#include <algorithm>

#include "base/text.hpp"
#include "http/http.hpp"

namespace http {
namespace {

std::string_view without_quotes(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    return value.substr(1, value.size() - 2);
  return value;
}

/// As npm's `cookie` does for v3: what cannot be decoded is taken as it is.
std::string cookie_text(std::string_view raw) {
  raw = without_quotes(raw);
  if (raw.find('%') == std::string_view::npos) return std::string(raw);
  auto text = decode(raw);
  if (!text || !base::is_utf8(*text) || text->find('\0') != std::string::npos) return std::string(raw);
  return std::move(*text);
}

/// "Lax", however it is spelt.
void append_same_site(std::string& out, std::string_view value) {
  const size_t first = out.size();
  out += value;
  for (size_t i = first; i < out.size(); ++i) {
    const bool is_upper = out[i] >= 'A' && out[i] <= 'Z', is_lower = out[i] >= 'a' && out[i] <= 'z';
    if (i == first ? is_lower : is_upper) out[i] ^= 'a' ^ 'A';
  }
}

}  // namespace

Pairs parse_cookies(std::string_view header, size_t limit) {
  Pairs cookies;
  cookies.reserve(8);
  while (!header.empty()) {
    const std::string_view part = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(part.size() + 1, header.size()));
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    if (cookies.size() >= limit) throw FormError("more than " + std::to_string(limit) + " cookies");
    cookies.emplace_back(base::trim(part.substr(0, equals)),
                         cookie_text(base::trim(part.substr(equals + 1))));
  }
  return cookies;
}

std::string set_cookie(std::string_view name, std::string_view value, const CookieOptions& options) {
  std::string out;
  out.reserve(name.size() + value.size() + 160);
  out.append(name).append("=");
  append_encoded(out, value);
  if (options.max_age) out.append("; Max-Age=").append(std::to_string(*options.max_age));
  if (!options.domain.empty()) out.append("; Domain=").append(options.domain);
  out.append("; Path=").append(options.path.empty() ? "/" : options.path);
  if (options.expires) base::append_http_date(out.append("; Expires="), *options.expires);
  if (options.http_only) out += "; HttpOnly";
  if (options.secure) out += "; Secure";
  if (!options.same_site.empty()) append_same_site(out.append("; SameSite="), options.same_site);
  return out;
}

}  // namespace http
