#pragma once
// Private to the folder: texts with {placeholders}, and what a path in them finds.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/providers.hpp"

namespace providers {

/// A placeholder that has no value.
struct Missing : Error {
  using Error::Error;
};

/// A literal, or a placeholder's path; with a modulo for {path%N}.
struct Piece {
  std::string text;
  bool placeholder = false;
  std::uint32_t modulo = 0;
};

/// Throws Error for a '{' that is never closed, for {} and for {path%0}.
std::vector<Piece> pieces(std::string_view text);

/// What a path finds; none if it is absent.
using Find = std::function<std::optional<base::Json>(std::string_view path)>;

/// A path of placeholders: its first step, and what follows (a JSON Pointer stays one).
struct Head {
  std::string_view name, rest;
};
Head head(std::string_view path);

/// code, tokens, accessToken and claims: they come from outside.
bool is_outside(std::string_view name);

/// The value of a placeholder's path.
std::optional<base::Json> placeholder(const Provider&, const Values&, std::string_view path);

/// A value in a text. Throws Error for an object or an array.
std::string as_text(const base::Json&);
/// The value of {path%N}: as_text's whole number at the start, modulo N; "NaN" if there is none.
std::string remainder(const std::optional<base::Json>&, std::uint32_t modulo);

/// The text with its placeholders replaced; `outside` is applied to values from outside. Throws Missing.
std::string expand(std::string_view text, const Find&, std::string (*outside)(std::string_view) = nullptr);

}  // namespace providers
