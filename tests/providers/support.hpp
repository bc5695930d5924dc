#pragma once
// Providers out of JSON texts, and what is complained about.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "providers/providers.hpp"

/// "/clientId: must be text", one for each complaint.
inline std::vector<std::string> complaints(const base::Json& configured) {
  std::vector<std::string> all;
  providers::make_provider(configured, [&](const std::string& pointer, const std::string& message) {
    all.push_back(pointer + ": " + message);
  });
  return all;
}

inline std::vector<std::string> complaints(const char* json) { return complaints(base::parse_json(json)); }

/// The provider, which nothing may be complained about.
inline providers::Provider accepted(const base::Json& configured) {
  return providers::make_provider(configured, [](const std::string& pointer, const std::string& message) {
    FAIL_CHECK(pointer << ": " << message);
  });
}

inline providers::Provider accepted(const char* json) { return accepted(base::parse_json(json)); }

/// One of the site's own, with these further members.
inline base::Json own(std::string_view members = "{}") {
  base::Json configured = base::parse_json(R"({
    "id": "acme", "clientId": "app", "clientSecret": "s3cret",
    "authorizationUrl": "https://acme.example/authorize",
    "accessTokenUrl": "https://acme.example/token",
    "profileUrl": "https://acme.example/me"
  })");
  const base::Json further = base::parse_json(members);
  for (const auto& [name, value] : further.members()) configured.set(name, value);
  return configured;
}

/// What somebody writes who follows the catalogue's examples.
inline base::Json example_configuration(const std::string& id) {
  const base::Json entry = providers::catalogue(id).value();
  base::Json configured = base::Json::object({{"id", id}});
  const std::string type = entry.text_of("type").value_or("oauth");
  if (type == "credentials") configured.set("authorize", "lua");
  if (type == "oauth") configured.set("clientId", "app");
  if (type == "oauth") configured.set("clientSecret", "s3cret");
  const base::Json* options = entry.find("options");
  if (!options) return configured;
  for (const auto& [name, option] : options->members()) {
    const base::Json* required = option.find("required");
    if (required && required->boolean()) configured.set(name, *option.find("example"));
  }
  return configured;
}
