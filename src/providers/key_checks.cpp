#include "providers/key_checks.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "base/text.hpp"

namespace providers {
namespace {

using base::Json;
using Words = std::vector<std::string_view>;

std::string quoted(const Words& words) {
  std::string list;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i) list += i + 1 == words.size() ? " or " : ", ";
    list += "\"" + std::string(words[i]) + "\"";
  }
  return list;
}

void one_of(const Words& words, const Json& value, const Place& place) {
  if (value.is_string() && std::find(words.begin(), words.end(), value.text()) != words.end()) return;
  place.say("must be " + quoted(words) + (value.is_string() ? base::did_you_mean(value.text(), words) : ""));
}

bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_id_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("._~-").find(c) != std::string_view::npos;
}

}  // namespace

void anything(const Json&, const Place&) {}

void text(const Json& value, const Place& place) {
  if (!value.is_string()) return place.say("must be text");
  if (base::has_control(value.text())) place.say("has a control character");
}

void flag(const Json& value, const Place& place) {
  if (!value.is_bool()) place.say("must be true or false");
}

void count(const Json& value, const Place& place) {
  if (!value.is_integer() || value.integer() <= 0) place.say("must be a whole number above 0");
}

void id(const Json& value, const Place& place) {
  if (!value.is_string() || value.text().empty()) return place.say("must be text");
  const std::string& given = value.text();
  // It is a step of URLs, where "." and ".." mean something else.
  if (!std::all_of(given.begin(), given.end(), is_id_char) ||
      given.find_first_not_of('.') == std::string::npos)
    place.say("may have letters, digits and . _ ~ - only");
}

void type(const Json& value, const Place& place) { one_of({"oauth", "email", "credentials"}, value, place); }

void version(const Json& value, const Place& place) {
  if (!value.is_string() || !(value.text().starts_with("2.") || value.text().starts_with("1")))
    place.say("must be \"2.0\" or \"1.0A\"");
}

void profile_method(const Json& value, const Place& place) { one_of({"GET", "POST"}, value, place); }

void encoding(const Json& value, const Place& place) { one_of({"HMAC-SHA1"}, value, place); }

void client_auth(const Json& value, const Place& place) {
  one_of({"post", "basic", "both", "none", "private_key_jwt", "client_secret_jwt"}, value, place);
}

void scope(const Json& value, const Place& place) {
  if (value.is_string()) return text(value, place);
  if (!value.is_array()) return place.say("must be text or a list of texts");
  for (size_t i = 0; i < value.elements().size(); ++i) text(value.elements()[i], place.at(std::to_string(i)));
}

void protection(const Json& value, const Place& place) {
  const Words words = {"state", "pkce", "nonce", "none"};
  if (!value.is_array()) return one_of(words, value, place);
  for (size_t i = 0; i < value.elements().size(); ++i)
    one_of(words, value.elements()[i], place.at(std::to_string(i)));
  const auto& all = value.elements();
  if (all.size() > 1 && std::find(all.begin(), all.end(), Json("none")) != all.end())
    place.say("has \"none\" and others");
}

void params(const Json& value, const Place& place) {
  if (!value.is_object()) return place.say("must be an object of texts");
  for (const auto& [name, member] : value.members())
    if (!member.is_null()) text(member, place.at(name));
}

void headers(const Json& value, const Place& place) {
  params(value, place);
  if (!value.is_object()) return;
  for (const auto& [name, member] : value.members())
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_char))
      place.at(name).say("\"" + name + "\" is no header's name");
}

void client_secret(const Json& value, const Place& place) {
  if (!value.is_string() && !value.is_object()) return place.say("must be text");
  if (!value.is_object()) return;
  for (const auto& [name, member] : value.members())
    if (!member.is_string()) place.at(name).say("must be text");
}

void form_fields(const Json& value, const Place& place) {
  if (!value.is_object()) return place.say("must be an object of fields");
  for (const auto& [name, field] : value.members())
    if (!field.is_object()) place.at(name).say("must be an object");
}

void authorize(const Json& value, const Place& place) {
  if (!value.is_object() && value != Json("lua")) place.say("must be an object or \"lua\"");
}

}  // namespace providers
