// A profile, mapped as the catalogue's entry of the id on the first line says; the tokens' answer is the same
// JSON.
#include <map>

#include "provider.hpp"

namespace {

/// What somebody configures who follows the catalogue's examples.
base::Json configuration(const std::string& id) {
  const base::Json entry = providers::catalogue(id).value();
  base::Json configured =
      base::Json::object({{"id", id}, {"clientId", "app"}, {"clientSecret", "client-s3cret"}});
  const base::Json* options = entry.find("options");
  if (!options) return configured;
  for (const auto& [name, option] : options->members())
    if (const base::Json* required = option.find("required"); required && required->boolean())
      configured.set(name, *option.find("example"));
  return configured;
}

using All = std::map<std::string, providers::Provider, std::less<>>;

const All& all() {
  static const All made = [] {
    All out;
    for (const std::string& id : providers::catalogue_ids()) {
      bool usable = true;
      auto one =
          providers::make_provider(configuration(id), [&](const auto&, const auto&) { usable = false; });
      if (usable && one.type == providers::Type::oauth) out.emplace(id, std::move(one));
    }
    fuzz::require(out.size() > 80, "most of the catalogue can be used");
    return out;
  }();
  return made;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::text(data, size);
  const auto found = all().lower_bound(fuzz::take(rest));
  const auto profile = base::try_parse_json(rest);
  if (found == all().end() || !profile || !profile->is_object()) return 0;
  const providers::Values values{
      .code = "c0de", .tokens = *profile, .access_token = "t0ken", .claims = *profile};
  fuzz::failure_of([&] {
    const base::Json user = providers::map_profile(found->second, *profile, values);
    fuzz::require(user.is_object(), "a user is an object");
  });
  fuzz::failure_of([&] {
    const auto url = providers::url(found->second, "profileUrl", values);
    const auto usual =
        providers::url(found->second, "profileUrl", {.tokens = {}, .access_token = "t", .claims = {}});
    if (url && usual)
      fuzz::require(http::parse_url(*url).has_value(),
                    "the profile's URL stays one, whatever the provider says");
  });
  return 0;
}
