#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "http/http.hpp"

namespace http {
namespace {

constexpr std::string_view letters_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool is_in(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// The characters that stay as they are, by their codes.
using Kept = std::array<bool, 256>;

constexpr Kept kept(std::string_view others) {
  Kept is_kept{};
  for (const std::string_view set : {letters_digits, others})
    for (const char c : set) is_kept[static_cast<unsigned char>(c)] = true;
  return is_kept;
}

void append_but(std::string& out, std::string_view text, const Kept& is_kept) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto stays = [&](char c) { return is_kept[static_cast<unsigned char>(c)]; };
  for (;;) {
    const auto changed = std::find_if_not(text.begin(), text.end(), stays);
    out.append(text.begin(), changed);
    if (changed == text.end()) return;
    const auto code = static_cast<unsigned char>(*changed);
    out.append({'%', digits[code >> 4], digits[code & 15]});
    text.remove_prefix(size_t(changed - text.begin()) + 1);
  }
}

std::string encode_but(std::string_view text, const Kept& is_kept) {
  std::string out;
  append_but(out, text, is_kept);
  return out;
}

constexpr Kept unreserved = kept("-_.!~*'()");

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

/// The port after a host's ':'; none if it is no number from 1 to 65535. An empty one is the scheme's.
std::optional<std::uint16_t> read_port(std::string_view text, std::string_view scheme) {
  if (text.empty()) return default_port(scheme);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0 || port > 65535) return {};
  return static_cast<std::uint16_t>(port);
}

bool is_ipv6(std::string_view host) {
  return host.size() > 3 && host.front() == '[' && host.back() == ']' &&
         host.find(':') != std::string_view::npos &&
         host.find_first_not_of("0123456789abcdefABCDEF:.", 1) == host.size() - 1;
}

bool is_host(std::string_view host, std::string_view also) {
  if (!host.empty() && host.front() == '[') return is_ipv6(host);
  return !host.empty() && std::all_of(host.begin(), host.end(), [&](char c) {
    return is_in(c, letters_digits) || is_in(c, "-._") ||
           (is_in('\x80', also) && static_cast<unsigned char>(c) >= 0x80);
  });
}

/// Reads "[user@]host[:port]" into the URL.
bool read_authority(Url& url, std::string_view authority, bool as_browser) {
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.userinfo = true;
    authority.remove_prefix(at + 1);
  }
  const size_t bracket = authority.find(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string host(authority.substr(0, colon));
  if (as_browser) host = decode(host).value_or(host);
  const auto port = read_port(colon == std::string_view::npos ? "" : authority.substr(colon + 1), url.scheme);
  if (!port || !is_host(host, as_browser ? "\x80" : "")) return false;
  url.host = base::lower(host);
  url.port = *port;
  return true;
}

void read_target(Url& url, std::string_view rest) {
  if (const size_t hash = rest.find('#'); hash != std::string_view::npos) {
    url.fragment = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (const size_t mark = rest.find('?'); mark != std::string_view::npos) {
    url.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  url.path = rest.empty() ? "/" : std::string(rest);
}

std::optional<Url> read_url(std::string_view text, size_t after_scheme, bool as_browser) {
  Url url;
  url.scheme = base::lower(text.substr(0, text.find(':')));
  text.remove_prefix(after_scheme);
  const size_t end = std::min(text.find_first_of("/?#"), text.size());
  if (!read_authority(url, text.substr(0, end), as_browser)) return {};
  read_target(url, text.substr(end));
  return url;
}

/// As the WHATWG's URL parser prepares its input.
std::string as_browser_reads(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.remove_suffix(1);
  std::string out(text);
  std::erase_if(out, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  std::replace(out.begin(), out.begin() + std::ptrdiff_t(std::min(out.find_first_of("?#"), out.size())), '\\',
               '/');
  return out;
}

}  // namespace

const std::string* find(const Pairs& pairs, std::string_view name) {
  for (const auto& pair : pairs)
    if (pair.first == name) return &pair.second;
  return nullptr;
}

std::optional<std::string> first(const Pairs& pairs, std::string_view name) {
  const std::string* value = find(pairs, name);
  return value ? std::optional(*value) : std::nullopt;
}

void put(Pairs& pairs, std::string_view name, std::string value) {
  for (auto& pair : pairs) {
    if (pair.first != name) continue;
    pair.second = std::move(value);
    return;
  }
  pairs.emplace_back(name, std::move(value));
}

std::string encode(std::string_view text) { return encode_but(text, unreserved); }

void append_encoded(std::string& out, std::string_view text) { append_but(out, text, unreserved); }

std::string encode_strict(std::string_view text) {
  static constexpr Kept few = kept("-_.~");
  return encode_but(text, few);
}

std::string encode_path(std::string_view text) {
  static constexpr Kept plain = kept("-_.~/");
  return encode_but(text, plain);
}

std::optional<std::string> decode(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (size_t percent = 0; (percent = text.find('%')) != std::string_view::npos;) {
    out.append(text.substr(0, percent));
    if (text.size() - percent < 3) return {};
    const int high = hex_value(text[percent + 1]), low = hex_value(text[percent + 2]);
    if (high < 0 || low < 0) return {};
    out += char(high * 16 + low);
    text.remove_prefix(percent + 3);
  }
  out.append(text);
  return out;
}

std::string encode_query(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out.append(encode(name)).append("=").append(encode(value));
  }
  return out;
}

std::string with_query(std::string_view url, const Pairs& pairs) {
  if (pairs.empty()) return std::string(url);
  const size_t hash = std::min(url.find('#'), url.size());
  const std::string_view front = url.substr(0, hash);
  const char separator = front.find('?') == std::string_view::npos ? '?' : '&';
  return std::string(front) + separator + encode_query(pairs) + std::string(url.substr(hash));
}

std::string Url::origin() const {
  std::string out = scheme + "://" + host;
  if (port != default_port(scheme)) out += ":" + std::to_string(port);
  return out;
}

std::string Url::target() const { return query.empty() ? path : path + "?" + query; }

std::optional<Url> parse_url(std::string_view text) {
  if (base::has_control(text) || text.find_first_of(" \\") != std::string_view::npos) return {};
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) return {};
  const std::string scheme = base::lower(text.substr(0, colon));
  if (scheme != "http" && scheme != "https") return {};
  return read_url(text, colon + 3, false);
}

std::optional<Url> parse_url_as_browser(std::string_view raw) {
  const std::string text = as_browser_reads(raw);
  const size_t colon = text.find(':');
  if (colon == std::string::npos) return {};
  const std::string scheme = base::lower(std::string_view(text).substr(0, colon));
  if (scheme != "http" && scheme != "https") return {};
  const size_t start = text.find_first_not_of('/', colon + 1);
  return start == std::string::npos ? std::nullopt : read_url(text, start, true);
}

bool is_plainly_within(std::string_view url, std::string_view origin) {
  if (!url.starts_with(origin) || (url.size() > origin.size() && url[origin.size()] != '/')) return false;
  return std::all_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F && c != '\\';
  });
}

bool is_loopback(const Url& url) {
  if (url.host == "localhost" || url.host == "[::1]") return true;
  // 127.evil.com is a name, not an address.
  return url.host.starts_with("127.") && url.host.find_first_not_of("0123456789.") == std::string::npos &&
         std::count(url.host.begin(), url.host.end(), '.') == 3;
}

bool is_trustworthy(const Url& url) { return url.scheme == "https" || is_loopback(url); }

}  // namespace http
