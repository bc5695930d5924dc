#include <algorithm>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "providers/check.hpp"
#include "providers/expression.hpp"

namespace providers {
namespace {

using base::Json;

bool is(const Json& entry, std::string_view key, bool otherwise) {
  const Json* value = entry.find(key);
  return value && value->is_bool() ? value->boolean() : otherwise;
}

std::string text_or(const Json& entry, std::string_view key, const std::string& otherwise) {
  return entry.text_of(key).value_or(otherwise);
}

/// The catalogue's entry with the configuration laid over it; null takes a key away.
Json overlay(const Json& configured) {
  Json entry = catalogue(text_or(configured, "id", "")).value_or(Json::object());
  const auto type = configured.text_of("type");
  if (type && entry.text_of("type") != type) entry = Json::object();
  for (const auto& [name, value] : configured.members()) {
    if (value.is_null())
      entry.erase(name);
    else
      entry.set(name, value);
  }
  return entry;
}

Type type_of(const Json& entry) {
  const std::string type = text_or(entry, "type", "oauth");
  if (type == "email") return Type::email;
  return type == "credentials" ? Type::credentials : Type::oauth;
}

Protection protection_of(const Json& entry, bool chosen) {
  const Json* given = entry.find("protection");
  // v3's "state": false, from before there was a choice.
  if (!given && !is(entry, "state", true)) return {false, false, false, true};
  if (!given) return {};
  Protection result{false, false, false, chosen};
  const Json::Array one = {*given};
  for (const Json& name : given->is_array() ? given->elements() : one) {
    if (name == Json("state")) result.state = true;
    if (name == Json("pkce")) result.pkce = true;
    if (name == Json("nonce")) result.nonce = true;
  }
  return result;
}

/// A text of the options alone; check_texts has said what is wrong with it, or will.
std::string expand_known(const Provider& provider, const Json& text) {
  if (!text.is_string()) return {};
  const Values none;
  try {
    return expand(text.text(), [&](std::string_view path) { return placeholder(provider, none, path); });
  } catch (const Error&) {
    return {};
  }
}

std::optional<std::string> scope_of(const Provider& provider) {
  const Json* scope = provider.entry.find("scope");
  if (!scope) return provider.issuer.empty() ? "" : "openid profile email";
  if (!scope->is_array()) return expand_known(provider, *scope);
  if (scope->elements().empty()) return {};
  std::vector<std::string> all;
  for (const Json& one : scope->elements()) all.push_back(expand_known(provider, one));
  return base::join(all, " ");
}

/// An option may be a key: its default is then the key's value.
void take_defaults(Provider& provider) {
  for (const auto& [name, option] : declared_options(provider.entry).members())
    if (const Json* value = provider.options.find(name); value && !is_given(provider.entry.find(name)))
      if (is_key(name)) provider.entry.set(name, *value);
}

void take_oauth(Provider& provider, bool protection_chosen, const Place& place) {
  provider.oauth2 = text_or(provider.entry, "version", "2.0").starts_with("2.");
  provider.options = resolve_options(provider.entry, place);
  take_client(provider, place);
  take_defaults(provider);
  const Json& entry = provider.entry;
  provider.issuer = provider.options.text_of("issuer").value_or("");
  provider.id_token = provider.oauth2 && is(entry, "idToken", !provider.issuer.empty());
  provider.scope = scope_of(provider);
  provider.protection = protection_of(entry, protection_chosen);
  provider.client_auth = client_auth_of(provider);
  provider.access_token_path = text_or(entry, "accessTokenPath", "access_token");
  provider.profile_method = text_or(entry, "profileMethod", "GET");
  provider.use_auth_token_header = is(entry, "useAuthTokenHeader", true);
  provider.callback_user = is(entry, "callbackUser", false);
}

bool is_missing(const Json& entry, const char* key) { return !is_given(entry.find(key)); }

void need(const Json& entry, const char* key, const Place& place) {
  if (is_missing(entry, key) && !is_required_option(entry, key))
    place.say("\"" + std::string(key) + "\" is missing");
}

bool uses_discovery(const Provider& provider) {
  const Json& entry = provider.entry;
  return provider.oauth2 && (!is_missing(entry, "issuer") || is_required_option(entry, "issuer"));
}

/// A mistyped id of the catalogue looks like a provider of one's own without any endpoint.
bool is_mistyped_id(const Provider& provider, const Place& place) {
  if (provider.id.empty()) return true;  // said already
  if (catalogue(provider.id)) return false;
  for (const char* key : {"authorizationUrl", "accessTokenUrl", "profileUrl", "issuer"})
    if (!is_missing(provider.entry, key)) return false;
  const std::vector<std::string> ids = catalogue_ids();
  place.at("id").say("the catalogue has no \"" + provider.id + "\"" +
                     base::did_you_mean(provider.id, {ids.begin(), ids.end()}) +
                     "; a provider of one's own needs \"issuer\" or \"authorizationUrl\"");
  return true;
}

void check_endpoints(const Provider& provider, const Place& place) {
  if (uses_discovery(provider) || is_mistyped_id(provider, place)) return;
  if (!provider.oauth2) need(provider.entry, "requestTokenUrl", place);
  need(provider.entry, "authorizationUrl", place);
  need(provider.entry, "accessTokenUrl", place);
  if (!provider.id_token) need(provider.entry, "profileUrl", place);
}

bool has_fact(const Provider& provider, std::string_view name) {
  try {
    return !oidc(provider, name).is_null();
  } catch (const Error&) {
    return true;  // said already
  }
}

/// Without the issuer's keys nobody could tell a true id_token from a forged one.
void check_id_token(const Provider& provider, const Place& place) {
  if (uses_discovery(provider)) return;
  for (const char* name : {"issuer", "discovery"})
    if (has_fact(provider, name)) return;
  place.say("an id_token is used, so \"issuer\" or \"oidc.issuer\" is needed to verify it");
}

/// An entry of the catalogue with a client of one's own and nothing else: the tests have seen that all of it
/// is right, and CGI reads it with each request.
bool is_as_in_catalogue(const Json& configured, const Json& entry) {
  if (configured.find("type") || !entry.find("type") || !declared_options(entry).members().empty())
    return false;
  const auto own = [](const auto& member) {
    const auto& [name, value] = member;
    return value.is_string() &&
           (name == "id" || name == "name" || name == "clientId" || name == "clientSecret");
  };
  return std::all_of(configured.members().begin(), configured.members().end(), own);
}

void check_oauth(const Provider& provider, const Json& whole, const Place& place) {
  check_client(provider, whole, place);
  check_endpoints(provider, place);
  const bool with_oidc = provider.oauth2 && (provider.id_token || provider.protection.nonce);
  const bool missing = miss_options(whole, with_oidc, place);
  check_texts(provider, missing, place);
  if (with_oidc && !missing) check_id_token(provider, place);
}

}  // namespace

Provider make_provider(const Json& configured, const Complain& complain) {
  const Place place{complain, ""};
  Provider provider;
  if (!configured.is_object()) {
    place.say("must be an object");
    return provider;
  }
  provider.entry = overlay(configured);
  provider.id = text_or(provider.entry, "id", "");
  provider.name = text_or(provider.entry, "name", provider.id);
  provider.type = type_of(provider.entry);
  if (!provider.entry.find("id")) place.say("\"id\" is missing");
  check_keys(configured, provider.entry, provider.type, place);
  if (provider.type == Type::credentials && is_missing(provider.entry, "authorize"))
    place.say("\"authorize\" is missing");
  if (provider.type != Type::oauth) return provider;
  if (is_missing(provider.entry, "clientId")) place.say("\"clientId\" is missing");
  const bool known = is_as_in_catalogue(configured, provider.entry);
  const Json whole = known ? Json() : provider.entry;
  const Json* protection = configured.find("protection");
  take_oauth(provider, protection && !protection->is_null(), place);
  if (!known) check_oauth(provider, whole, place);
  return provider;
}

}  // namespace providers
