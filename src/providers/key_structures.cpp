// The keys whose values have keys of their own.
#include "base/text.hpp"
#include "providers/expression.hpp"
#include "providers/key_checks.hpp"

namespace providers {
namespace {

using base::Json;

bool is_object(const Json& value, const Place& place) {
  if (!value.is_object()) place.say("must be an object");
  return value.is_object();
}

/// A text with placeholders, a list of such texts, or an expression.
void fact(const Json& value, const Place& place) {
  if (value.is_string()) return text(value, place);
  if (!value.is_array()) return check_expression(value, place);
  for (size_t i = 0; i < value.elements().size(); ++i) text(value.elements()[i], place.at(std::to_string(i)));
}

void option(const Json& value, const Place& place) {
  static const std::vector<Key> keys = {{"required", flag}, {"default", fact}, {"example", text}};
  if (is_object(value, place)) check_members(value, keys, place);
}

void extra_request(const Json& value, const Place& place) {
  static const std::vector<Key> keys = {{"url", text}, {"unless", text}};
  if (!is_object(value, place)) return;
  check_members(value, keys, place);
  if (!value.find("url")) place.say("\"url\" is missing");
}

void algorithm(const Json& value, const Place& place) {
  if (value != Json("ES256")) place.say("must be \"ES256\"");
}

void signing_algorithm(const Json& value, const Place& place) {
  for (const char* known : {"RS256", "PS256", "ES256"})
    if (value == Json(known)) return;
  place.say("must be \"RS256\", \"PS256\" or \"ES256\"");
}

/// PEM has line ends, which are control characters.
void private_key(const Json& value, const Place& place) {
  if (!value.is_string() || value.text().empty()) place.say("must be text: a private key in PEM");
}

/// Names that already stand for something else.
bool is_taken(std::string_view name) {
  return name == "code" || name == "tokens" || name == "accessToken" || name == "claims" ||
         name == "clientSecret";
}

}  // namespace

void profile_extra(const Json& value, const Place& place) {
  if (!is_object(value, place)) return;
  for (const auto& [name, request] : value.members()) extra_request(request, place.at(name));
}

void profile(const Json& value, const Place& place) {
  if (!is_object(value, place)) return;
  for (const auto& [name, expression] : value.members()) {
    if (name != "*")
      check_expression(expression, place.at(name));
    else if (!expression.is_string())
      place.at(name).say("must be a path");
  }
}

void oidc_facts(const Json& value, const Place& place) {
  static const std::vector<Key> keys = {{"issuer", fact}, {"discovery", fact}, {"iss", fact}, {"algs", fact}};
  if (!is_object(value, place)) return;
  check_members(value, keys, place);
  for (const char* name : {"issuer", "discovery"})
    if (const Json* member = value.find(name); member && member->is_array())
      place.at(name).say("must be text");
  if (const Json* algs = value.find("algs"); algs && !algs->is_array())
    place.at("algs").say("must be a list");
}

void client_secret_jwt_facts(const Json& value, const Place& place) {
  static const std::vector<Key> keys = {{"alg", algorithm}, {"kid", text}, {"key", text},      {"iss", text},
                                        {"sub", text},      {"aud", text}, {"lifetime", count}};
  if (!is_object(value, place)) return;
  check_members(value, keys, place);
  for (const Key& key : keys)
    if (!value.find(key.name)) place.say("\"" + std::string(key.name) + "\" is missing");
}

void client_key(const Json& value, const Place& place) {
  static const std::vector<Key> keys = {{"alg", signing_algorithm}, {"kid", text}, {"key", private_key}};
  if (!is_object(value, place)) return;
  check_members(value, keys, place);
  if (!value.find("key")) place.say("\"key\" is missing");
}

void option_declarations(const Json& value, const Place& place) {
  if (!is_object(value, place)) return;
  for (const auto& [name, declared] : value.members()) {
    option(declared, place.at(name));
    if (is_taken(name) || name.find_first_of("./%$[]{}") != std::string::npos)
      place.at(name).say("\"" + name + "\" cannot be an option's name");
  }
}

}  // namespace providers
