#include "providers/expression.hpp"

#include <regex>

namespace providers {
namespace {

using base::Json;
using Value = std::optional<Json>;

// std::regex recurses with its input, at about a kilobyte of stack for a byte; a longer one does not match.
constexpr size_t regex_input_limit = 1024;
constexpr size_t regex_limit = 512;

bool is_empty(const Value& value) { return !value || value->is_falsy(); }

[[noreturn]] void refuse() { throw Error("no expression"); }

const std::string& text_in(const Json& value) {
  if (!value.is_string()) refuse();
  return value.text();
}

const Json::Array& list_in(const Json& value) {
  if (!value.is_array()) refuse();
  return value.elements();
}

std::string text_at(const Json& expression, std::string_view name) {
  return expression.text_of(name).value_or(std::string());
}

std::regex regex(const std::string& pattern) {
  if (pattern.size() > regex_limit) throw Error("the regular expression is too long");
  try {
    return std::regex(pattern, std::regex::ECMAScript);
  } catch (const std::regex_error& error) {
    throw Error(std::string("the regular expression: ") + error.what());
  }
}

bool search(const std::string& text, const std::string& pattern, std::smatch& match) {
  return text.size() <= regex_input_limit && std::regex_search(text, match, regex(pattern));
}

bool equal(const Json& left, const Json& right) {
  if (left.is_number() && right.is_number() && left.is_integer() != right.is_integer())
    return left.number() == right.number();
  return left == right;
}

Value fill(const std::string& text, const Scope& scope) {
  if (scope.lenient) return fill_leniently(text, scope.find);
  return Json(expand(text, scope.find));
}

Value first(const Json& choices, const Scope& scope) {
  Value value;
  for (const Json& choice : list_in(choices)) {
    value = evaluate(choice, scope);
    if (!is_empty(value)) break;
  }
  return value;
}

Value join(const Json& parts, const std::string& with, const Scope& scope) {
  std::string text;
  bool begun = false;
  for (const Json& part : list_in(parts)) {
    const Value value = evaluate(part, scope);
    if (is_empty(value)) continue;
    if (begun) text += with;
    text += as_text(*value);
    begun = true;
  }
  return Json(text);
}

Value replace(const Json& expression, const Scope& scope) {
  Value value = evaluate(*expression.find("replace"), scope);
  std::smatch match;
  if (!value || !value->is_string() || !search(value->text(), text_at(expression, "match"), match))
    return value;
  const std::string by = match.format(text_at(expression, "by"));
  return Json(match.prefix().str() + by + match.suffix().str());
}

bool holds(const Json& expression, const Scope& scope) {
  const Value value = evaluate(*expression.find("if"), scope);
  if (const Json* constant = expression.find("is")) return equal(value.value_or(Json()), *constant);
  if (!expression.find("matches")) return !is_empty(value);
  std::smatch match;
  return value && value->is_string() && search(value->text(), text_at(expression, "matches"), match);
}

Value choose(const Json& expression, const Scope& scope) {
  const Json* branch = expression.find(holds(expression, scope) ? "then" : "else");
  if (!branch) return {};
  return evaluate(*branch, scope);
}

}  // namespace

void check_regex(const std::string& pattern) { regex(pattern); }

std::optional<Json> evaluate(const Json& expression, const Scope& scope) {
  if (expression.is_null()) return Json();
  if (expression.is_string()) return scope.find(expression.text());
  if (const Json* text = expression.find("template")) return fill(text_in(*text), scope);
  if (const Json* choices = expression.find("first")) return first(*choices, scope);
  if (const Json* parts = expression.find("join")) return join(*parts, text_at(expression, "with"), scope);
  if (expression.find("replace")) return replace(expression, scope);
  if (expression.find("if")) return choose(expression, scope);
  refuse();
}

void each_path(const Json& expression, const std::function<void(std::string_view path)>& use) {
  if (expression.is_string()) use(expression.text());
  if (const auto text = expression.text_of("template")) {
    for (const Piece& piece : pieces(*text))
      if (piece.placeholder) use(piece.text);
  }
  for (const char* name : {"first", "join"}) {
    const Json* list = expression.find(name);
    if (!list || !list->is_array()) continue;
    for (const Json& element : list->elements()) each_path(element, use);
  }
  for (const char* name : {"replace", "if", "then", "else"})
    if (const Json* inner = expression.find(name)) each_path(*inner, use);
}

}  // namespace providers
