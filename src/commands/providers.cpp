#include "providers/providers.hpp"

#include <iostream>

#include "base/json.hpp"
#include "commands/commands.hpp"

namespace commands {
namespace {

std::string describe(const std::string& name, const base::Json& option) {
  const base::Json* required = option.find("required");
  std::string text = name;
  if (required && *required == base::Json(true)) text += " (required)";
  if (const auto example = option.text_of("example")) text += ", as \"" + *example + "\"";
  return text;
}

}  // namespace

int list_providers(const Call& call) {
  const bool json = call.arguments == std::vector<std::string>{"--json"};
  if (!json && !call.arguments.empty()) {
    std::cerr << "usage: nextauth.fcgi providers [--json]\n";
    return 2;
  }
  base::Json all = base::Json::array();
  for (const std::string& id : providers::catalogue_ids()) {
    const base::Json entry = providers::catalogue(id).value_or(base::Json::object());
    const base::Json* options = entry.find("options");
    all.elements().push_back(base::Json::object({{"id", id},
                                                 {"name", entry.text_of("name")},
                                                 {"type", entry.text_of("type")},
                                                 {"options", options ? *options : base::Json::object()}}));
    if (json) continue;
    std::cout << id << ": " << entry.text_of("name").value_or("") << "\n";
    if (options)
      for (const auto& [name, option] : options->members())
        std::cout << "    " << describe(name, option) << "\n";
  }
  if (json) std::cout << base::to_pretty_json(all) << "\n";
  return 0;
}

}  // namespace commands
