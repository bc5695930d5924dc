#include "providers/expression.hpp"

namespace providers {
namespace {

using base::Json;

/// A text, a list of texts, or an expression on the values of placeholders. Throws Missing.
Json fact(const Json& value, const Scope& scope) {
  if (value.is_string()) return expand(value.text(), scope.find);
  if (!value.is_array()) return Json(evaluate(value, scope));
  Json list = Json::array();
  for (const Json& element : value.elements()) list.elements().push_back(fact(element, scope));
  return list;
}

bool has_value(const Json* value, const Scope& scope) {
  try {
    if (value) fact(*value, scope);
    return true;
  } catch (const Missing&) {
    return false;
  }
}

}  // namespace

Json oidc(const Provider& provider, std::string_view member, const Values& values) {
  const Json* facts = provider.entry.find("oidc");
  if (!facts) return nullptr;
  const Scope scope{[&](std::string_view path) { return placeholder(provider, values, path); }};
  // Half of the facts would be worse than none: keys of one place for the issuer of another.
  if (!has_value(facts->find("issuer"), scope) || !has_value(facts->find("discovery"), scope)) return nullptr;
  const Json* value = facts->find(member);
  if (!value || !has_value(value, scope)) return nullptr;
  return fact(*value, scope);
}

}  // namespace providers
