// The catalogue's mappings, against what v3's own functions make of the same profiles.
#include <doctest/doctest.h>

#include <regex>

#include "base/file.hpp"
#include "support.hpp"

using base::Json;

namespace {

const Json& samples() {
  static const Json all = base::parse_json(*base::read_file("tests/providers/samples.json", 1 << 20));
  return all;
}

/// v3 writes "Jane undefined" and "Mono null"; here what is missing is left out, with the spaces around it.
Json without_stray_words(const Json& value) {
  if (!value.is_string()) return value;
  static const std::regex stray(" *(undefined|\\bnull\\b) *");
  if (!std::regex_search(value.text(), stray)) return value;
  const std::string rest = std::regex_replace(value.text(), stray, "");
  return rest.empty() ? Json() : Json(rest);
}

/// Members in the order of their names: the order of an object's members is no part of what is expected.
std::map<std::string, Json> members(const Json& object) {
  return {object.members().begin(), object.members().end()};
}

std::map<std::string, Json> expected(const Json& sample) {
  auto result = members(*sample.find("expected"));
  for (auto& [name, value] : result) value = without_stray_words(value);
  return result;
}

Json configuration(const std::string& id, const Json& sample) {
  Json configured = example_configuration(id);
  if (const Json* options = sample.find("options"))
    for (const auto& [name, value] : options->members()) configured.set(name, value);
  return configured;
}

}  // namespace

TEST_CASE("every sample profile becomes the user that v3 makes of it") {
  REQUIRE(samples().members().size() > 90);
  for (const auto& member : samples().members()) {
    const std::string& id = member.first;
    CAPTURE(id);
    for (const Json& sample : member.second.elements()) {
      const Json& profile = *sample.find("profile");
      const std::string shown = base::to_json(profile);
      CAPTURE(shown);
      providers::Values values;
      if (const Json* tokens = sample.find("tokens")) values.tokens = *tokens;
      const auto provider = accepted(configuration(id, sample));
      CHECK(members(providers::map_profile(provider, profile, values)) == expected(sample));
    }
  }
}
