#include <algorithm>
#include <iostream>

#include "commands/commands.hpp"
#include "config/config.hpp"

namespace commands {
namespace {

base::Json to_json(const config::Problem& problem) {
  return base::Json::object({{"file", problem.file},
                             {"line", static_cast<long long>(problem.line)},
                             {"key", problem.key},
                             {"level", problem.warning ? "warning" : "error"},
                             {"message", problem.message}});
}

/// What only shows when callbacks.lua is run.
void add_callback_problems(config::Loaded& loaded) {
  if (!loaded.config.callbacks) return;
  for (const hooks::LuaProblem& problem : hooks::check_lua(*loaded.config.callbacks))
    loaded.problems.push_back({problem.file.string(), problem.line, "callbacks", problem.message});
}

}  // namespace

/// Every problem of the configuration, place first. 0: it can be used (perhaps with warnings), 1: it cannot.
int check(const Call& call) {
  const bool json = call.arguments == std::vector<std::string>{"--json"};
  if (!json && !call.arguments.empty()) {
    std::cerr << "usage: nextauth.fcgi check [--json]\n";
    return 2;
  }
  config::Loaded loaded = config::load(config::process_environment(), call.beside);
  add_callback_problems(loaded);
  if (json) {
    base::Json list = base::Json::array();
    for (const config::Problem& problem : loaded.problems) list.elements().push_back(to_json(problem));
    std::cout << base::to_pretty_json(base::Json::object({{"file", loaded.config.file.string()},
                                                          {"usable", loaded.usable()},
                                                          {"problems", list}}))
              << "\n";
  } else {
    for (const config::Problem& problem : loaded.problems) std::cout << problem.text() << "\n";
    if (loaded.usable())
      std::cout << loaded.config.file.string() << ": well; " << loaded.config.providers.size()
                << " provider(s), at " << loaded.config.routes.site.root() << "\n";
  }
  return loaded.usable() ? 0 : 1;
}

}  // namespace commands
