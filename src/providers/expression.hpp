#pragma once
// Private to the folder: expressions, which say how a value is made out of others.
#include <optional>
#include <string>

#include "providers/check.hpp"
#include "providers/text.hpp"

namespace providers {

struct Scope {
  Find find;             // what a path finds
  bool lenient = false;  // a mapping: a template leaves out what is missing; else that is an error
};

/// The expression's value; none if it is absent. Throws Missing or Error.
std::optional<base::Json> evaluate(const base::Json& expression, const Scope&);

/// The text of a mapping's template: parts without a value are left out, and the spaces around them; null if
/// nothing is left.
base::Json fill_leniently(std::string_view text, const Find&);

/// Calls `use` with every path of the expression, those in its templates too. Passes over what is no
/// expression.
void each_path(const base::Json& expression, const std::function<void(std::string_view path)>& use);

/// Complains about everything in it that is no expression.
void check_expression(const base::Json& expression, const Place&);

/// Throws Error if it is no regular expression of ECMAScript's.
void check_regex(const std::string& pattern);

}  // namespace providers
