// The keys of an entry.
#include <algorithm>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "providers/key_checks.hpp"

namespace providers {
namespace {

using base::Json;

const std::vector<Key> common_keys = {
    {"id", id}, {"name", text}, {"type", type}, {"since", text}, {"note", text},
};

const std::vector<Key> oauth_keys = {
    {"version", version},
    {"options", option_declarations},
    {"clientId", text},
    {"clientSecret", client_secret},
    {"authorizationUrl", text},
    {"authorizationParams", params},
    {"scope", scope},
    {"protection", protection},
    {"state", flag},  // v3's old way to say it
    {"accessTokenUrl", text},
    {"params", params},
    {"clientAuth", client_auth},
    {"clientSecretJwt", client_secret_jwt_facts},
    {"clientKey", client_key},
    {"assertionAudience", text},
    {"headers", headers},
    {"tokenHeaders", headers},
    {"accessTokenPath", text},
    {"idToken", flag},
    {"profileUrl", text},
    {"profileMethod", profile_method},
    {"profileHeaders", headers},
    {"useAuthTokenHeader", flag},
    {"profileExtra", profile_extra},
    {"callbackUser", flag},
    {"profile", profile},
    {"requestTokenUrl", text},
    {"encoding", encoding},
    {"issuer", text},
    {"oidc", oidc_facts},
};

const std::vector<Key> email_keys = {{"server", text}, {"from", text}, {"maxAge", count}, {"confirm", flag}};

const std::vector<Key> credentials_keys = {{"credentials", form_fields}, {"authorize", authorize}};

const std::vector<Key>& own_keys(Type type) {
  if (type == Type::email) return email_keys;
  return type == Type::credentials ? credentials_keys : oauth_keys;
}

void check_option(const std::string& name, const Json& configured, const Place& place) {
  const Json* value = configured.find(name);
  if (!value || is_key(name)) return;
  if (value->is_object() || value->is_array()) return place.at(name).say("must be text");
  if (value->is_string() && base::has_control(value->text())) place.at(name).say("has a control character");
}

}  // namespace

Place Place::at(std::string_view name) const {
  std::string below = pointer + "/";
  if (name.find_first_of("~/") == std::string_view::npos)
    below += name;
  else
    below += base::replace_all(base::replace_all(name, "~", "~0"), "/", "~1");
  return {complain, std::move(below)};
}

bool is_key(std::string_view name) {
  const auto named = [&](const Key& key) { return key.name == name; };
  return std::any_of(common_keys.begin(), common_keys.end(), named) ||
         std::any_of(oauth_keys.begin(), oauth_keys.end(), named);
}

void check_members(const Json& object, const std::vector<Key>& keys, const Place& place,
                   const std::vector<std::string_view>& others) {
  std::vector<std::string_view> known = others;
  for (const Key& key : keys) known.push_back(key.name);
  for (const auto& member : object.members()) {
    const std::string& name = member.first;
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == name; });
    if (key != keys.end())
      key->check(member.second, place.at(name));
    else if (std::find(others.begin(), others.end(), name) == others.end())
      place.at(name).say("unknown key \"" + name + "\"" + base::did_you_mean(name, known));
  }
}

void check_keys(const Json& configured, const Json& entry, Type type, const Place& place) {
  std::vector<Key> keys = common_keys;
  keys.insert(keys.end(), own_keys(type).begin(), own_keys(type).end());
  std::vector<std::string_view> options;
  if (type == Type::oauth)
    for (const auto& [name, option] : declared_options(entry).members()) {
      options.emplace_back(name);
      check_option(name, configured, place);
    }
  Json given = Json::object();  // null takes a key away, and is none itself
  for (const auto& [name, value] : configured.members())
    if (!value.is_null()) given.set(name, value);
  check_members(given, keys, place, options);
}

}  // namespace providers
