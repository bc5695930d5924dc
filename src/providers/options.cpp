// The values of an entry's options: given, or made out of other options.
#include <map>
#include <set>

#include "providers/check.hpp"
#include "providers/expression.hpp"

namespace providers {
namespace {

using base::Json;

class Resolver {
 public:
  Resolver(const Json& entry, const Place& place) : entry_(entry), place_(place) {}

  /// None if it has no value, or depends on one that has none.
  std::optional<Json> value(std::string_view name) {
    if (const auto known = done_.find(name); known != done_.end()) return known->second;
    if (!open_.insert(std::string(name)).second) {
      place_.at("options").at(name).say("its default depends on itself");
      return {};
    }
    std::optional<Json> found = make(name);
    open_.erase(std::string(name));
    return done_.emplace(name, std::move(found)).first->second;
  }

 private:
  std::optional<Json> make(std::string_view name) {
    const Json* given = entry_.find(name);
    const Json* option = declared_options(entry_).find(name);
    if (!option && name != "clientId" && name != "clientSecret" && name != "issuer") return {};
    if (is_given(given) && !(name == "issuer" && given->is_string())) return *given;
    if (!is_given(given)) given = option ? option->find("default") : nullptr;
    return given ? fact(*given) : std::nullopt;
  }

  std::optional<Json> fact(const Json& given) {
    const Scope scope{[this](std::string_view path) { return find(path); }};
    try {
      if (given.is_string()) return Json(expand(given.text(), scope.find));
      return evaluate(given, scope);
    } catch (const Error&) {
      return {};  // whoever needs it complains
    }
  }

  std::optional<Json> find(std::string_view path) {
    const auto [name, rest] = head(path);
    const auto root = value(name);
    const Json* found = root ? find_path(*root, rest) : nullptr;
    if (!found) return {};
    return *found;
  }

  const Json& entry_;
  const Place& place_;
  std::map<std::string, std::optional<Json>, std::less<>> done_;
  std::set<std::string, std::less<>> open_;
};

/// The names that the entry needs a value of, with those that the defaults of needed options need.
class Needs {
 public:
  Needs(const Json& entry, bool with_oidc, const Place& place) : entry_(entry) {
    each_name(entry, with_oidc, place, use_);
    for (const auto& [name, option] : declared_options(entry).members())
      if (is_key(name)) add(name);
  }
  bool has(std::string_view name) const { return names_.contains(name); }

 private:
  void add(std::string_view name) {
    if (!names_.insert(std::string(name)).second || is_given(entry_.find(name))) return;
    const Json* option = declared_options(entry_).find(name);
    const Json* value = option ? option->find("default") : nullptr;
    const Complain nobody = [](const std::string&, const std::string&) {};
    if (value) each_name_of_fact(*value, no_outside, {nobody, ""}, use_);
  }

  const Json& entry_;
  std::set<std::string, std::less<>> names_;
  NameUse use_{[this](const Place&, std::string_view path, Outside) { add(head(path).name); },
               [](const Place&, const std::string&) {}};
};

std::string missing_option(const std::string& name, const Json& option) {
  const auto example = option.text_of("example");
  return "the option \"" + name + "\" is missing" + (example ? " (for example \"" + *example + "\")" : "");
}

}  // namespace

bool is_given(const Json* value) { return value && !value->is_null() && *value != Json(""); }

const Json& declared_options(const Json& entry) {
  static const Json none = Json::object();
  const Json* options = entry.find("options");
  return options && options->is_object() ? *options : none;
}

bool is_required_option(const Json& entry, std::string_view name) {
  const Json* option = declared_options(entry).find(name);
  const Json* required = option ? option->find("required") : nullptr;
  return required && *required == Json(true);
}

Json resolve_options(const Json& entry, const Place& place) {
  Json values = Json::object();
  Resolver resolver(entry, place);
  std::vector<std::string> names = {"clientId", "issuer"};
  for (const auto& [name, option] : declared_options(entry).members()) names.push_back(name);
  for (const std::string& name : names)
    if (const auto value = resolver.value(name)) values.set(name, *value);
  return values;
}

bool miss_options(const Json& entry, bool with_oidc, const Place& place) {
  bool missing = false;
  const Needs needs(entry, with_oidc, place);
  for (const auto& [name, option] : declared_options(entry).members()) {
    if (!is_required_option(entry, name) || is_given(entry.find(name)) || !needs.has(name)) continue;
    place.say(missing_option(name, option));
    missing = true;
  }
  return missing;
}

}  // namespace providers
