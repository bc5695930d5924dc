#include <algorithm>

#include "base/nearest.hpp"
#include "providers/expression.hpp"

namespace providers {
namespace {

using base::Json;

constexpr int depth_limit = 24;

/// An expression's form: the member it is known by, first, and all that it may have.
using Form = std::vector<std::string_view>;
const std::vector<Form> forms = {
    {"template"},
    {"first"},
    {"join", "with"},
    {"replace", "match", "by"},
    {"if", "is", "matches", "then", "else"},
};

void check_at(const Json& expression, const Place& place, int depth);

void check_text(const Json* value, const Place& place) {
  if (value && !value->is_string()) place.say("must be text");
}

void check_template(const Json& text, const Place& place) {
  if (!text.is_string()) return place.say("must be text");
  try {
    pieces(text.text());
  } catch (const Error& error) {
    place.say(error.what());
  }
}

void check_pattern(const Json* pattern, const Place& place) {
  if (!pattern) return;
  if (!pattern->is_string()) return place.say("must be a regular expression");
  try {
    check_regex(pattern->text());
  } catch (const Error& error) {
    place.say(error.what());
  }
}

void check_list(const Json& list, const Place& place, int depth) {
  if (!list.is_array()) return place.say("must be a list of expressions");
  for (size_t i = 0; i < list.elements().size(); ++i)
    check_at(list.elements()[i], place.at(std::to_string(i)), depth + 1);
}

void check_choice(const Json& choice, const Place& place, int depth) {
  for (const char* name : {"if", "then", "else"})
    if (const Json* inner = choice.find(name)) check_at(*inner, place.at(name), depth + 1);
  if (choice.find("is") && choice.find("matches")) place.say("has both \"is\" and \"matches\"");
}

void check_parts(const Json& expression, std::string_view form, const Place& place, int depth) {
  const Json& main = *expression.find(form);
  if (form == "template") return check_template(main, place.at(form));
  if (form == "first" || form == "join") check_list(main, place.at(form), depth);
  if (form == "if") check_choice(expression, place, depth);
  if (form == "replace") {
    check_at(main, place.at(form), depth + 1);
    for (const char* name : {"match", "by"})
      if (!expression.find(name)) place.say("\"" + std::string(name) + "\" is missing");
  }
  check_text(expression.find("with"), place.at("with"));
  check_text(expression.find("by"), place.at("by"));
  check_pattern(expression.find("match"), place.at("match"));
  check_pattern(expression.find("matches"), place.at("matches"));
}

void check_form(const Json& expression, const Place& place, int depth) {
  const auto form = std::find_if(forms.begin(), forms.end(),
                                 [&](const Form& candidate) { return expression.find(candidate.front()); });
  if (form == forms.end())
    return place.say(
        "is no expression: it has none of \"template\", \"first\", \"join\", \"replace\" and \"if\"");
  for (const auto& [name, value] : expression.members())
    if (std::find(form->begin(), form->end(), name) == form->end())
      place.at(name).say("unknown key \"" + name + "\"" + base::did_you_mean(name, *form));
  check_parts(expression, form->front(), place, depth);
}

void check_at(const Json& expression, const Place& place, int depth) {
  if (depth > depth_limit) return place.say("is nested too deeply");
  if (expression.is_object()) return check_form(expression, place, depth);
  if (!expression.is_string() && !expression.is_null()) place.say("must be a path, null or an expression");
}

}  // namespace

void check_expression(const Json& expression, const Place& place) { check_at(expression, place, 0); }

}  // namespace providers
