#include <array>

#include "base/text.hpp"
#include "routes/page.hpp"

namespace routes {
namespace {

using base::Json;

constexpr std::array login_names{"username", "user", "login", "name", "email"};

/// For password managers: what a field that does not say so itself is likely to be.
Json autocomplete(const std::string& name, const std::string& type) {
  if (type == "password") return "current-password";
  const std::string small = base::lower(name);
  for (const char* login : login_names)
    if (small == login) return "username";
  return {};
}

Json field(const std::string& name, const Json& given, const std::string& provider_id) {
  const std::string type = given.text_of("type").value_or("text");
  const auto own = given.text_of("autocomplete");
  const std::string label = given.text_of("label").value_or("");
  return Json::object({{"name", name},
                       {"id", "input-" + name + "-for-" + provider_id + "-provider"},
                       {"label", label.empty() ? name : label},
                       {"type", type},
                       {"value", given.text_of("value")},
                       {"placeholder", given.text_of("placeholder")},
                       {"autocomplete", own ? Json(*own) : autocomplete(name, type)}});
}

}  // namespace

Json credentials_form(const Page& page, const providers::Provider& provider, const std::string& action) {
  Json fields = Json::array();
  if (const Json* form = provider.entry.find("credentials"))
    for (const auto& [name, given] : form->members())
      fields.elements().push_back(field(name, given, provider.id));
  return Json::object({{"isEmail", nullptr},
                       {"isCredentials", true},
                       {"id", provider.id},
                       {"name", provider.name},
                       {"action", action},
                       {"label", page.message("signInWith", "{provider}", provider.name)},
                       {"fields", std::move(fields)}});
}

}  // namespace routes
