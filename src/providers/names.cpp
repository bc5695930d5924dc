// Which placeholders an entry's texts name, and where.
#include "providers/check.hpp"
#include "providers/expression.hpp"

namespace providers {
namespace {

using base::Json;

struct TextKey {
  std::string_view name;
  Outside allowed;
};
// Each holds a text, a list of texts or an object of texts.
constexpr TextKey text_keys[] = {
    {"authorizationUrl", no_outside},
    {"authorizationParams", no_outside},
    {"scope", no_outside},
    {"requestTokenUrl", no_outside},
    {"accessTokenUrl", code},
    {"params", code},
    {"tokenHeaders", code},
    {"headers", code | tokens | access_token},
    {"clientSecretJwt", no_outside},
    {"assertionAudience", no_outside},
    {"profileUrl", tokens | access_token},
    {"profileHeaders", tokens | access_token},
    {"issuer", no_outside},
};

void in_text(const std::string& text, Outside allowed, const Place& place, const NameUse& use) {
  try {
    for (const Piece& piece : pieces(text))
      if (piece.placeholder) use.name(place, piece.text, allowed);
  } catch (const Error& error) {
    use.malformed(place, error.what());
  }
}

void in_value(const Json& value, Outside allowed, const Place& place, const NameUse& use) {
  if (value.is_string()) return in_text(value.text(), allowed, place, use);
  if (value.is_array()) {
    for (size_t i = 0; i < value.elements().size(); ++i)
      in_value(value.elements()[i], allowed, place.at(std::to_string(i)), use);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.members())
      if (member.is_string()) in_text(member.text(), allowed, place.at(name), use);
  }
}

/// Complaints about the expression itself are check_expression's.
void in_expression(const Json& expression, const std::function<void(std::string_view path)>& use) {
  try {
    each_path(expression, use);
  } catch (const Error&) {
    return;
  }
}

void in_mapping(const Json& mapping, const Place& place, const NameUse& use) {
  if (!mapping.is_object()) return;
  for (const auto& [name, expression] : mapping.members()) {
    const Place at = place.at(name);
    in_expression(expression, [&](std::string_view path) {
      if (path.starts_with('$')) use.name(at, path.substr(1), tokens | access_token);
    });
  }
}

void in_extra(const Json& extra, const Place& place, const NameUse& use) {
  if (!extra.is_object()) return;
  for (const auto& [name, request] : extra.members())
    if (const auto url = request.text_of("url"))
      in_text(*url, tokens | access_token, place.at(name).at("url"), use);
}

void in_oidc(const Json& facts, const Place& place, const NameUse& use) {
  if (!facts.is_object()) return;
  for (const auto& [name, fact] : facts.members())
    each_name_of_fact(fact, name == "iss" ? claims : no_outside, place.at(name), use);
}

}  // namespace

void each_name_of_fact(const Json& fact, Outside allowed, const Place& place, const NameUse& use) {
  if (!fact.is_object()) return in_value(fact, allowed, place, use);
  in_expression(fact, [&](std::string_view path) { use.name(place, path, allowed); });
}

void each_name(const Json& entry, bool with_oidc, const Place& place, const NameUse& use) {
  for (const TextKey& key : text_keys)
    if (const Json* value = entry.find(key.name)) in_value(*value, key.allowed, place.at(key.name), use);
  if (const Json* mapping = entry.find("profile")) in_mapping(*mapping, place.at("profile"), use);
  if (const Json* extra = entry.find("profileExtra")) in_extra(*extra, place.at("profileExtra"), use);
  const Json* facts = entry.find("oidc");
  if (facts && with_oidc) in_oidc(*facts, place.at("oidc"), use);
}

}  // namespace providers
