#include "base/text.hpp"
#include "http/http.hpp"
#include "providers/text.hpp"

namespace providers {
namespace {

std::optional<base::Json> found(const base::Json& root, std::string_view path) {
  const base::Json* value = find_path(root, path);
  if (!value) return {};
  return *value;
}

std::optional<base::Json> given(const std::string& text, std::string_view path) {
  if (text.empty() || !path.empty()) return {};
  return base::Json(text);
}

std::optional<base::Json> secret(const Provider& provider, std::string_view path) {
  if (!provider.client_secret_is_object) return given(std::string(provider.client_secret.reveal()), path);
  return found(base::parse_json(provider.client_secret.reveal()), path);
}

Find finder(const Provider& provider, const Values& values) {
  return [&](std::string_view path) { return placeholder(provider, values, path); };
}

std::string header_text(const Provider& provider, const Values& values, const std::string& text) {
  std::string result = expand(text, finder(provider, values));
  // A line end from outside would begin another header.
  if (base::has_control(result)) throw Error("a control character");
  return result;
}

}  // namespace

bool is_outside(std::string_view name) {
  return name == "code" || name == "tokens" || name == "accessToken" || name == "claims";
}

std::optional<base::Json> placeholder(const Provider& provider, const Values& values, std::string_view path) {
  const auto [name, rest] = head(path);
  if (name == "code") return given(values.code, rest);
  if (name == "accessToken") return given(values.access_token, rest);
  if (name == "tokens") return found(values.tokens, rest);
  if (name == "claims") return found(values.claims, rest);
  if (name == "clientSecret") return secret(provider, rest);
  const base::Json* option = provider.options.find(name);
  if (!option) return {};
  return found(*option, rest);
}

std::string expand_url(const Provider& provider, std::string_view text, const Values& values) {
  return expand(text, finder(provider, values), http::encode);
}

std::optional<std::string> url(const Provider& provider, std::string_view key, const Values& values) {
  const auto text = provider.entry.text_of(key);
  if (!text) return {};
  try {
    return expand_url(provider, *text, values);
  } catch (const Error& error) {
    throw Error(std::string(key) + ": " + error.what());
  }
}

std::vector<std::pair<std::string, std::optional<std::string>>> texts(const Provider& provider,
                                                                      std::string_view key,
                                                                      const Values& values) {
  std::vector<std::pair<std::string, std::optional<std::string>>> result;
  const base::Json* object = provider.entry.find(key);
  if (!object || !object->is_object()) return result;
  for (const auto& [name, text] : object->members()) {
    try {
      if (text.is_null()) result.emplace_back(name, std::nullopt);
      if (text.is_string()) result.emplace_back(name, header_text(provider, values, text.text()));
    } catch (const Missing&) {
      continue;  // the member goes, not the request
    } catch (const Error& error) {
      throw Error(std::string(key) + "." + name + ": " + error.what());
    }
  }
  return result;
}

base::Json client_secret_jwt(const Provider& provider) {
  const base::Json* facts = provider.entry.find("clientSecretJwt");
  if (!facts || !facts->is_object() || !provider.client_secret_is_object) return nullptr;
  const Values none;
  base::Json result = base::Json::object();
  for (const auto& [name, value] : facts->members()) {
    if (!value.is_string()) {
      result.set(name, value);
      continue;
    }
    std::string text = expand(value.text(), finder(provider, none));
    // An environment variable holds no line end, so a PEM key comes with the two characters instead.
    if (name == "key") text = base::replace_all(text, "\\n", "\n");
    result.set(name, std::move(text));
  }
  return result;
}

}  // namespace providers
