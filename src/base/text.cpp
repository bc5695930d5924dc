#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace base {
namespace {

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

/// The two digits that stand for each byte.
constexpr std::array<std::array<char, 2>, 256> hex_pairs = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (size_t byte = 0; byte < pairs.size(); ++byte) pairs[byte] = {digits[byte >> 4], digits[byte & 15]};
  return pairs;
}();

/// The two digits that stand for each twelve bits.
constexpr std::array<std::array<char, 2>, 4096> base64url_pairs = [] {
  std::array<std::array<char, 2>, 4096> pairs{};
  for (size_t bits = 0; bits < pairs.size(); ++bits)
    pairs[bits] = {base64url_digits[bits >> 6], base64url_digits[bits & 63]};
  return pairs;
}();

constexpr std::array<int, 256> base64url_values = [] {
  std::array<int, 256> values{};
  values.fill(-1);
  for (size_t i = 0; i < base64url_digits.size(); ++i)
    values[static_cast<unsigned char>(base64url_digits[i])] = int(i);
  return values;
}();

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

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  return text;
}

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
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
  std::string out(bytes.size() * 2, '\0');
  write_hex(out.data(), bytes);
  return out;
}

void write_hex(char* to, std::string_view bytes) {
  for (const char c : bytes) {
    std::memcpy(to, hex_pairs[static_cast<unsigned char>(c)].data(), 2);
    to += 2;
  }
}

std::string to_base64(std::string_view bytes) {
  std::string out = to_base64url(bytes);
  std::replace(out.begin(), out.end(), '-', '+');
  std::replace(out.begin(), out.end(), '_', '/');
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::string to_base64url(std::string_view bytes) {
  std::string out;
  append_base64url(out, bytes);
  return out;
}

void append_base64url(std::string& out, std::string_view bytes) {
  const size_t before = out.size();
  out.resize(before + (bytes.size() * 4 + 2) / 3);
  const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
  char* to = out.data() + before;
  size_t left = bytes.size();
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    const unsigned bits = unsigned{from[0]} << 16 | unsigned{from[1]} << 8 | from[2];
    std::memcpy(to, base64url_pairs[bits >> 12].data(), 2);
    std::memcpy(to + 2, base64url_pairs[bits & 0xFFF].data(), 2);
  }
  if (left == 0) return;
  const unsigned bits = unsigned{from[0]} << 16 | (left > 1 ? unsigned{from[1]} << 8 : 0);
  std::memcpy(to, base64url_pairs[bits >> 12].data(), 2);
  if (left > 1) to[2] = base64url_pairs[bits & 0xFFF][0];
}

std::optional<std::string> from_base64url(std::string_view text) {
  // A lone digit is no byte.
  if (text.size() % 4 == 1) return {};
  std::string out(text.size() * 3 / 4, '\0');
  const auto* from = reinterpret_cast<const unsigned char*>(text.data());
  const auto value = [&from](size_t i) { return base64url_values[from[i]]; };
  char* to = out.data();
  int bad = 0;  // a character that is no digit sets the sign bit, and keeps it wherever it is shifted to
  size_t left = text.size();
  for (; left >= 4; left -= 4, from += 4, to += 3) {
    const int bits = value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
    bad |= bits;
    to[0] = char(bits >> 16);
    to[1] = char(bits >> 8);
    to[2] = char(bits);
  }
  // Bits that are left over must be zero: a second spelling of the same bytes could slip past a comparison of
  // texts.
  int over = 0;
  if (left > 1) {
    const int bits = value(0) << 18 | value(1) << 12 | (left > 2 ? value(2) << 6 : 0);
    bad |= bits;
    to[0] = char(bits >> 16);
    if (left > 2) to[1] = char(bits >> 8);
    over = bits & (left > 2 ? 0xFF : 0xFFFF);
  }
  if (bad < 0 || over != 0) return {};
  return out;
}

}  // namespace base
