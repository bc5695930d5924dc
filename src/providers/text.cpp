#include "providers/text.hpp"

#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace providers {
namespace {

/// The bound keeps remainder()'s sum within 64 bits.
constexpr std::uint32_t modulo_limit = 1'000'000'000;
/// Beyond it a double leaves integers out.
constexpr double exact_limit = 9'007'199'254'740'992;

/// "discriminator%5"; a '%' that no number follows is part of the path.
Piece placeholder_piece(std::string_view inside) {
  const size_t percent = inside.rfind('%');
  if (percent == std::string_view::npos || !base::is_digits(inside.substr(percent + 1)))
    return {std::string(inside), true, 0};
  const std::string_view digits = inside.substr(percent + 1);
  std::uint32_t modulo = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), modulo);
  if (error != std::errc() || modulo == 0 || modulo > modulo_limit)
    throw Error("{" + std::string(inside) + "} has no usable number after %");
  return {std::string(inside.substr(0, percent)), true, modulo};
}

}  // namespace

std::vector<Piece> pieces(std::string_view text) {
  std::vector<Piece> found;
  while (!text.empty()) {
    const size_t open = text.find('{');
    if (open != 0) found.push_back({std::string(text.substr(0, open)), false, 0});
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos) throw Error("'{' without '}'");
    if (close == open + 1) throw Error("{} names nothing");
    found.push_back(placeholder_piece(text.substr(open + 1, close - open - 1)));
    text.remove_prefix(close + 1);
  }
  return found;
}

Head head(std::string_view path) {
  const bool pointer = path.starts_with('/');
  if (pointer) path.remove_prefix(1);
  const size_t end = path.find(pointer ? '/' : '.');
  if (end == std::string_view::npos) return {path, {}};
  return {path.substr(0, end), path.substr(pointer ? end : end + 1)};
}

std::string as_text(const base::Json& value) {
  if (value.is_string()) return value.text();
  if (value.is_object() || value.is_array()) throw Error("an object or a list where text is needed");
  // Two ids of 20 digits would be the same text, and their owners the same person.
  if (value.is_number() && std::fabs(value.number()) >= exact_limit && !value.is_integer())
    throw Error("a number that is too large to be exact");
  return base::to_json(value);
}

std::string remainder(const std::optional<base::Json>& value, std::uint32_t modulo) {
  const std::string text = value ? as_text(*value) : std::string();
  std::string_view rest = base::trim(text);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty() || rest.front() < '0' || rest.front() > '9') return "NaN";
  // Digit by digit: ids of 20 digits fit in no number type, and v3's would be rounded.
  std::uint64_t sum = 0;
  for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1))
    sum = (sum * 10 + std::uint64_t(rest.front() - '0')) % modulo;
  return (negative && sum ? "-" : "") + std::to_string(sum);
}

std::string expand(std::string_view text, const Find& find, std::string (*outside)(std::string_view)) {
  std::string result;
  for (const Piece& piece : pieces(text)) {
    if (!piece.placeholder) {
      result += piece.text;
      continue;
    }
    const auto value = find(piece.text);
    if (piece.modulo == 0 && (!value || value->is_null())) throw Missing("{" + piece.text + "} has no value");
    const std::string shown = piece.modulo ? remainder(value, piece.modulo) : as_text(*value);
    result += outside && is_outside(head(piece.text).name) ? outside(shown) : shown;
  }
  return result;
}

}  // namespace providers
