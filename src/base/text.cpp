#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace base {
namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char lower_char(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// How many bytes follow the first byte of a sequence, and the least that the second may be, the most it may
/// be.
struct Lead {
  int more;
  unsigned char low, high;
};

Lead lead(unsigned char byte) {
  if (byte < 0x80) return {0, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {-1, 0, 0};
}

/// Without padding.
std::string encode(std::string_view bytes, std::string_view digits) {
  std::string out((bytes.size() * 4 + 2) / 3, '\0');
  const char* const table = digits.data();
  const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
  char* to = out.data();
  size_t left = bytes.size();
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    to[0] = table[from[0] >> 2];
    to[1] = table[(from[0] & 3) << 4 | from[1] >> 4];
    to[2] = table[(from[1] & 15) << 2 | from[2] >> 6];
    to[3] = table[from[2] & 63];
  }
  if (left == 0) return out;
  const int second = left > 1 ? from[1] : 0;
  to[0] = table[from[0] >> 2];
  to[1] = table[(from[0] & 3) << 4 | second >> 4];
  if (left > 1) to[2] = table[(second & 15) << 2];
  return out;
}

constexpr std::array<short, 256> base64url_values() {
  std::array<short, 256> values{};
  for (auto& value : values) value = -1;
  for (size_t i = 0; i < base64url_digits.size(); ++i)
    values[static_cast<unsigned char>(base64url_digits[i])] = static_cast<short>(i);
  return values;
}

}  // namespace

bool is_ascii(std::string_view text) {
  std::uint64_t bits = 0;
  size_t i = 0;
  for (; i + sizeof bits <= text.size(); i += sizeof bits) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + i, sizeof eight);
    bits |= eight;
  }
  for (; i < text.size(); ++i) bits |= static_cast<unsigned char>(text[i]);
  return (bits & 0x8080808080808080U) == 0;
}

bool is_utf8(std::string_view text) {
  if (is_ascii(text)) return true;
  for (size_t i = 0; i < text.size();) {
    const Lead first = lead(static_cast<unsigned char>(text[i++]));
    if (first.more < 0 || size_t(first.more) > text.size() - i) return false;
    for (int k = 0; k < first.more; ++k, ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < (k == 0 ? first.low : 0x80) || byte > (k == 0 ? first.high : 0xBF)) return false;
    }
  }
  return true;
}

bool has_control(std::string_view text) { return std::any_of(text.begin(), text.end(), is_control); }

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_char);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower_char(x) == lower_char(y); });
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t end = 0; (end = text.find(separator)) != std::string_view::npos; text.remove_prefix(end + 1))
    parts.push_back(text.substr(0, end));
  parts.push_back(text);
  return parts;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) out += separator;
    out += part;
  }
  return out;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (size_t at = 0; (at = text.find(from)) != std::string_view::npos; text.remove_prefix(at + from.size()))
    out.append(text.substr(0, at)).append(to);
  return out.append(text);
}

std::string_view cut(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  char* to = out.data();
  for (const char c : bytes) {
    *to++ = digits[static_cast<unsigned char>(c) >> 4];
    *to++ = digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out = encode(bytes, base64_digits);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::string to_base64url(std::string_view bytes) { return encode(bytes, base64url_digits); }

std::optional<std::string> from_base64url(std::string_view text) {
  static constexpr auto values = base64url_values();
  // A lone digit is no byte.
  if (text.size() % 4 == 1) return {};
  std::string out(text.size() * 3 / 4, '\0');
  const auto* from = reinterpret_cast<const unsigned char*>(text.data());
  char* to = out.data();
  int bad = 0;  // a character that is no digit sets the sign bit
  const auto take = [&](size_t count) {
    int bits = 0;
    for (size_t i = 0; i < count; ++i) {
      bad |= values[from[i]];
      bits = (bits << 6) | (values[from[i]] & 63);
    }
    return bits;
  };
  size_t left = text.size();
  for (; left >= 4; left -= 4, from += 4) {
    const int first = values[from[0]], second = values[from[1]], third = values[from[2]],
              fourth = values[from[3]];
    bad |= first | second | third | fourth;
    const int bits = (first & 63) << 18 | (second & 63) << 12 | (third & 63) << 6 | (fourth & 63);
    *to++ = char(bits >> 16);
    *to++ = char(bits >> 8);
    *to++ = char(bits);
  }
  const int bits = take(left);
  // Bits that are left over must be zero: a second spelling of the same bytes could slip past a comparison of
  // texts.
  if (left == 2) *to++ = char(bits >> 4);
  if (left == 3) *to++ = char(bits >> 10), *to++ = char(bits >> 2);
  if (bad < 0 || (left == 2 && (bits & 15) != 0) || (left == 3 && (bits & 3) != 0)) return {};
  return out;
}

}  // namespace base
