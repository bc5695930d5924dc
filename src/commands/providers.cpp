#include "providers/providers.hpp"

#include <iostream>

#include "base/nearest.hpp"
#include "commands/commands.hpp"
#include "commands/output.hpp"

namespace commands {
namespace {

std::string describe(const std::string& name, const base::Json& option) {
  const base::Json* required = option.find("required");
  std::string text = name;
  if (required && *required == base::Json(true)) text += " (required)";
  if (const auto example = option.text_of("example")) text += ", as \"" + *example + "\"";
  return text;
}

base::Json describe(const std::string& id) {
  const base::Json entry = providers::catalogue(id).value_or(base::Json::object());
  const base::Json* options = entry.find("options");
  return base::Json::object({{"id", id},
                             {"name", entry.text_of("name")},
                             {"type", entry.text_of("type")},
                             {"options", options ? *options : base::Json::object()}});
}

void show(const base::Json& provider) {
  std::cout << provider.text_of("id").value_or("") << ": " << provider.text_of("name").value_or("") << "\n";
  for (const auto& [name, option] : provider.find("options")->members())
    std::cout << "    " << describe(name, option) << "\n";
}

/// Those that are asked for, else all.
std::vector<std::string> wanted(const std::vector<std::string>& asked) {
  std::vector<std::string> all = providers::catalogue_ids();
  if (asked.empty()) return all;
  const std::vector<std::string_view> known(all.begin(), all.end());
  for (const std::string& id : asked)
    if (!providers::catalogue(id))
      throw Misuse("the catalogue has no provider \"" + id + "\"" + base::did_you_mean(id, known));
  return asked;
}

int list_providers(const Call& call) {
  base::Json list = base::Json::array();
  for (const std::string& id : wanted(call.arguments)) list.elements().push_back(describe(id));
  if (call.json())
    print(list);
  else
    for (const base::Json& provider : list.elements()) show(provider);
  return 0;
}

}  // namespace

Command providers_command() {
  return {.name = "providers",
          .arguments = "[ID ...]",
          .help = "the providers of the catalogue, and the options each needs",
          .details = "",
          .examples = "providers\nproviders auth0 keycloak\nproviders --json",
          .options = {},
          .words = providers::catalogue_ids(),
          .run = list_providers};
}

}  // namespace commands
