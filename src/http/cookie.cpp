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
std::string decoded(std::string_view raw) {
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

std::string begin_cookie(std::string_view name, size_t value_size) {
  std::string out;
  out.reserve(name.size() + value_size + 160);
  out.append(name).append("=");
  return out;
}

/// In v3's order.
void append_attributes(std::string& out, const CookieOptions& options) {
  if (options.max_age) out.append("; Max-Age=").append(std::to_string(*options.max_age));
  if (!options.domain.empty()) out.append("; Domain=").append(options.domain);
  out.append("; Path=").append(options.path.empty() ? "/" : options.path);
  if (options.expires) base::append_http_date(out.append("; Expires="), *options.expires);
  if (options.http_only) out += "; HttpOnly";
  if (options.secure) out += "; Secure";
  if (!options.same_site.empty()) append_same_site(out.append("; SameSite="), options.same_site);
}

}  // namespace

Cookies::Cookies(std::string_view header, size_t limit) {
  sent_.reserve(8);
  while (!header.empty()) {
    const std::string_view part = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(part.size() + 1, header.size()));
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    if (sent_.size() >= limit) throw FormError("more than " + std::to_string(limit) + " cookies");
    sent_.emplace_back(base::trim(part.substr(0, equals)),
                       without_quotes(base::trim(part.substr(equals + 1))));
  }
}

bool Cookies::has(std::string_view name) const {
  return std::any_of(sent_.begin(), sent_.end(), [&](const auto& cookie) { return cookie.first == name; });
}

std::optional<std::string> Cookies::find(std::string_view name) const {
  for (const auto& [known, value] : sent_)
    if (known == name) return decoded(value);
  return {};
}

std::string set_cookie(std::string_view name, std::string_view value, const CookieOptions& options) {
  std::string out = begin_cookie(name, value.size());
  append_encoded(out, value);
  append_attributes(out, options);
  return out;
}

std::string set_plain_cookie(std::string_view name, std::string_view value, const CookieOptions& options) {
  std::string out = begin_cookie(name, value.size());
  out += value;
  append_attributes(out, options);
  return out;
}

}  // namespace http
