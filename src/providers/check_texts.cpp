#include <algorithm>
#include <array>

#include "base/nearest.hpp"
#include "http/http.hpp"
#include "providers/check.hpp"
#include "providers/expression.hpp"

namespace providers {
namespace {

using base::Json;

struct OutsideName {
  std::string_view name;
  Outside bit;
};
constexpr std::array<OutsideName, 4> outside_names = {
    {{"code", code}, {"tokens", tokens}, {"accessToken", access_token}, {"claims", claims}}};

std::vector<std::string_view> known_names(const Json& entry, Outside allowed) {
  std::vector<std::string_view> names = {"clientId", "clientSecret", "issuer"};
  for (const auto& [name, option] : declared_options(entry).members()) names.push_back(name);
  for (const OutsideName& outside : outside_names)
    if (allowed & outside.bit) names.push_back(outside.name);
  return names;
}

void check_name(const Json& entry, const Place& place, std::string_view path, Outside allowed) {
  const std::string_view name = head(path).name;
  const std::vector<std::string_view> known = known_names(entry, allowed);
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  const std::string shown = "{" + std::string(name) + "}";
  if (is_outside(name)) return place.say(shown + " has no value here");
  place.say("unknown placeholder " + shown + base::did_you_mean(name, known));
}

bool check_names(const Json& entry, const Place& place) {
  bool good = true;
  const Complain complain = [&](const std::string& pointer, const std::string& message) {
    place.complain(pointer, message);
    good = false;
  };
  const NameUse use{
      [&](const Place& at, std::string_view path, Outside allowed) { check_name(entry, at, path, allowed); },
      [](const Place& at, const std::string& problem) { at.say(problem); }};
  const Place top{complain, place.pointer};
  each_name(entry, true, top, use);
  for (const auto& [name, option] : declared_options(entry).members())
    if (const Json* value = option.find("default"))
      each_name_of_fact(*value, no_outside, top.at("options").at(name).at("default"), use);
  return good;
}

/// The values that are known at start; what comes from outside is "x".
Find finder(const Provider& provider) {
  return [&](std::string_view path) -> std::optional<Json> {
    if (is_outside(head(path).name)) return Json("x");
    return placeholder(provider, {}, path);
  };
}

void check_url(const std::string& text, const Place& place) {
  // Not shown in full: a secret may be in it.
  const auto url = http::parse_url(text);
  if (!url) return place.say("is no http or https URL");
  if (url->userinfo) return place.say("has a user name in it");
  if ((url->host == "https" || url->host == "http") && url->path.starts_with("//"))
    return place.say("has \"https://\" twice: an option may be meant without it");
  if (!http::is_trustworthy(*url)) place.say("must be https (http is for loopback addresses only)");
}

class KnownValues {
 public:
  KnownValues(const Provider& provider, bool options_missing)
      : provider_(provider), options_missing_(options_missing) {}

  /// The text with its placeholders replaced; complains if one has no value.
  std::optional<std::string> text(const Json* value, const Place& place) const {
    if (!value || !value->is_string()) return {};
    try {
      return expand(value->text(), finder(provider_));
    } catch (const Error& error) {
      if (!options_missing_) place.say(error.what());
      return {};
    }
  }
  void url(const Json* value, const Place& place) const {
    if (const auto shown = text(value, place)) check_url(*shown, place);
  }

 private:
  const Provider& provider_;
  bool options_missing_;
};

void check_scope(const KnownValues& values, const Json& scope, const Place& place) {
  values.text(&scope, place);
  if (!scope.is_array()) return;
  for (size_t i = 0; i < scope.elements().size(); ++i)
    values.text(&scope.elements()[i], place.at(std::to_string(i)));
}

void check_extra(const KnownValues& values, const Json& extra, const Place& place) {
  if (!extra.is_object()) return;
  for (const auto& [name, request] : extra.members())
    values.url(request.find("url"), place.at(name).at("url"));
}

void check_oidc(const Provider& provider, const Place& place) {
  for (const char* name : {"issuer", "discovery"}) {
    try {
      const Json value = oidc(provider, name);
      if (value.is_string()) check_url(value.text(), place.at(name));
    } catch (const Error& error) {
      place.at(name).say(error.what());
    }
  }
}

void check_secret_jwt(const KnownValues& values, const Json& facts, const Place& place) {
  if (!facts.is_object()) return;
  for (const auto& [name, value] : facts.members()) values.text(&value, place.at(name));
}

}  // namespace

void check_texts(const Provider& provider, bool options_missing, const Place& place) {
  const Json& entry = provider.entry;
  const bool names_known = check_names(entry, place);
  const KnownValues values(provider, options_missing || !names_known);
  for (const char* key : {"authorizationUrl", "requestTokenUrl", "accessTokenUrl", "profileUrl", "issuer"})
    values.url(entry.find(key), place.at(key));
  values.text(entry.find("assertionAudience"), place.at("assertionAudience"));
  if (const Json* scope = entry.find("scope")) check_scope(values, *scope, place.at("scope"));
  if (const Json* extra = entry.find("profileExtra")) check_extra(values, *extra, place.at("profileExtra"));
  if (const Json* facts = entry.find("clientSecretJwt"); facts && provider.client_secret_is_object)
    check_secret_jwt(values, *facts, place.at("clientSecretJwt"));
  check_oidc(provider, place.at("oidc"));
}

}  // namespace providers
