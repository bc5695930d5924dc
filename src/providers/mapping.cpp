#include "providers/expression.hpp"

namespace providers {
namespace {

using base::Json;

const Json& default_mapping() {
  static const Json mapping = base::parse_json(R"({
    "id": "sub",
    "name": { "first": ["name", "nickname", "preferred_username"] },
    "email": "email",
    "image": "picture"
  })");
  return mapping;
}

Find finder(const Provider& provider, const Json& profile, const Values& values) {
  return [&](std::string_view path) -> std::optional<Json> {
    if (path.starts_with('$')) return placeholder(provider, values, path.substr(1));
    const Json* value = find_path(profile, path);
    if (!value) return {};
    return *value;
  };
}

Json copied(const Json& path, const Scope& scope) {
  auto whole = scope.find(path.text());
  if (!whole || !whole->is_object()) throw Error("profile.*: there is no object \"" + path.text() + "\"");
  return std::move(*whole);
}

void lay_over(Json& user, const std::string& name, const Json& expression, const Scope& scope) {
  try {
    auto value = evaluate(expression, scope);
    if (value)
      user.set(name, std::move(*value));
    else
      user.erase(name);
  } catch (const Error& error) {
    throw Error("profile." + name + ": " + error.what());
  }
}

}  // namespace

Json map_profile(const Provider& provider, const Json& profile, const Values& values) {
  const Json* own = provider.entry.find("profile");
  const Json& mapping = own && own->is_object() ? *own : default_mapping();
  const Scope scope{finder(provider, profile, values), true};
  const Json* whole = mapping.find("*");
  Json user = whole ? copied(*whole, scope) : Json::object();
  for (const auto& [name, expression] : mapping.members())
    if (name != "*") lay_over(user, name, expression, scope);
  return user;
}

}  // namespace providers
