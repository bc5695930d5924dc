#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/json.hpp"

namespace base {
namespace {

/// What stands for this character within quotes, by its code; null pointer: it stands for itself.
constexpr std::array<const char*, 256> escapes = [] {
  std::array<const char*, 256> table{};
  constexpr std::array<const char*, 32> controls{
      "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007",
      "\\b",     "\\t",     "\\n",     "\\u000b", "\\f",     "\\r",     "\\u000e", "\\u000f",
      "\\u0010", "\\u0011", "\\u0012", "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017",
      "\\u0018", "\\u0019", "\\u001a", "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f"};
  std::copy(controls.begin(), controls.end(), table.begin());
  table['"'] = "\\\"";
  table['\\'] = "\\\\";
  return table;
}();

/// Whether none of these eight bytes needs an escape: is below 0x20, a quote or a backslash. All are looked
/// at at once: what is subtracted borrows from a byte's top bit where that byte is what is looked for, or
/// after one that is.
bool are_plain(const char* eight) {
  constexpr std::uint64_t each = 0x0101010101010101;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, eight, sizeof bytes);
  const std::uint64_t quotes = bytes ^ (each * '"');
  const std::uint64_t backslashes = bytes ^ (each * '\\');
  const std::uint64_t found =
      ((bytes - each * 0x20) & ~bytes) | ((quotes - each) & ~quotes) | ((backslashes - each) & ~backslashes);
  return (found & (each * 0x80)) == 0;
}

void write_text(std::string& out, std::string_view text) {
  out += '"';
  const char* plain = text.data();  // what has not been written yet begins here
  const char* const end = plain + text.size();
  for (const char* at = plain; at != end;) {
    if (end - at >= 8 && are_plain(at)) {
      at += 8;
      continue;
    }
    // The last few together with some before them, and not one by one.
    if (end - at < 8 && text.size() >= 8 && are_plain(end - 8)) break;
    const char* const escape = escapes[static_cast<unsigned char>(*at++)];
    if (!escape) continue;
    out.append(plain, size_t(at - 1 - plain)).append(escape);
    plain = at;
  }
  out.append(plain, size_t(end - plain)) += '"';
}

/// As JSON.stringify writes it.
void write(std::string& out, const Json& value) {
  if (value.is_string()) return write_text(out, value.text());
  if (value.is_object()) {
    char before = '{';
    for (const auto& [name, member] : value.members()) {
      out += std::exchange(before, ',');
      write_text(out, name);
      out += ':';
      write(out, member);
    }
    out += value.members().empty() ? "{}" : "}";
  } else if (value.is_array()) {
    char before = '[';
    for (const Json& element : value.elements()) {
      out += std::exchange(before, ',');
      write(out, element);
    }
    out += value.elements().empty() ? "[]" : "]";
  } else if (value.is_number()) {
    out += number_text(value);
  } else {
    out += value.is_null() ? "null" : value.boolean() ? "true" : "false";
  }
}

void write_pretty(rapidjson::PrettyWriter<rapidjson::StringBuffer>& out, const Json& value) {
  if (value.is_object()) {
    out.StartObject();
    for (const auto& [name, member] : value.members()) {
      out.Key(name.data(), rapidjson::SizeType(name.size()));
      write_pretty(out, member);
    }
    out.EndObject();
  } else if (value.is_array()) {
    out.StartArray();
    for (const Json& element : value.elements()) write_pretty(out, element);
    out.EndArray();
  } else {
    const std::string text = to_json(value);
    out.RawValue(text.data(), text.size(), rapidjson::kStringType);
  }
}

/// The digits with the decimal point behind the `point`th of them (ECMAScript's Number::toString).
std::string placed(std::string digits, int point) {
  const int count = int(digits.size());
  if (point > 21 || point < -5) {
    if (count > 1) digits.insert(1, ".");
    return digits + (point > 0 ? "e+" : "e-") + std::to_string(std::abs(point - 1));
  }
  if (point <= 0) return "0." + std::string(size_t(-point), '0') + digits;
  if (point >= count) return digits + std::string(size_t(point - count), '0');
  return digits.insert(size_t(point), ".");
}

}  // namespace

std::string to_json(const Json& value) {
  std::string out;
  out.reserve(256);
  write(out, value);
  return out;
}

void append_json(std::string& out, const Json& value) { write(out, value); }

void append_json_text(std::string& out, std::string_view text) { write_text(out, text); }

std::string to_pretty_json(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  write_pretty(writer, value);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string number_text(const Json& number) {
  if (number.is_integer()) return std::to_string(number.integer());
  const double value = number.number();
  if (!std::isfinite(value)) return "null";  // as JSON.stringify does
  if (value == 0) return "0";                // of either sign
  // The shortest digits that mean this number, as d.ddde±xx.
  std::array<char, 32> out{};
  const auto [end, error] =
      std::to_chars(out.data(), out.data() + out.size(), std::fabs(value), std::chars_format::scientific);
  const std::string_view shortest(out.data(), size_t(end - out.data()));
  const size_t e = shortest.find('e');
  std::string digits(shortest.substr(0, e));
  std::erase(digits, '.');
  int exponent = 0;
  std::from_chars(shortest.data() + shortest.find_first_not_of("e+", e), end, exponent);
  const int point = exponent + 1;
  return (value < 0 ? "-" : "") + placed(digits, point);
}

}  // namespace base
