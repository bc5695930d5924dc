#include <algorithm>

#include "config/reader.hpp"

namespace config {
namespace {

void read_provider(const base::Json& configured, const std::string& pointer, Notes& notes, Config& config) {
  if (!configured.is_object()) return notes.error(pointer, "must be an object: { \"id\": … }");
  providers::Provider provider = providers::make_provider(
      configured,
      [&](const std::string& below, const std::string& message) { notes.error(pointer + below, message); });
  // Even if something is wrong with it already: every problem is told of at once.
  if (provider.type == providers::Type::email) read_email(configured, provider, pointer, notes, config);
  if (provider.type == providers::Type::credentials) read_credentials(provider, pointer, notes, config);
  if (provider.id.empty()) return;
  const auto same = [&](const providers::Provider& other) { return other.id == provider.id; };
  if (std::any_of(config.providers.begin(), config.providers.end(), same))
    return notes.error(pointer + "/id", "there is a provider \"" + provider.id + "\" already");
  config.providers.push_back(std::move(provider));
}

}  // namespace

void read_providers(const Reader& reader, Config& config) {
  const base::Json* list = reader.find("providers");
  if (!list) return reader.complain("providers", "missing: the list of those to sign in with");
  if (!list->is_array()) return reader.complain("providers", "must be a list: [ … ]");
  for (size_t i = 0; i < list->elements().size(); ++i)
    read_provider(list->elements()[i], "/providers/" + std::to_string(i), reader.notes(), config);
}

}  // namespace config
