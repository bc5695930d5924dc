#include <iostream>

#include "commands/output.hpp"
#include "commands/site.hpp"

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

void show(const config::Loaded& loaded) {
  for (const config::Problem& problem : loaded.problems) std::cout << problem.text() << "\n";
  if (loaded.usable())
    std::cout << loaded.config.file.string() << ": well; " << loaded.config.providers.size()
              << " provider(s), at " << loaded.config.routes.site.root() << "\n";
}

int check(const Call& call) {
  expect_arguments(call, 0, 0);
  config::Loaded loaded = config::load(config::process_environment(), call.beside);
  add_callback_problems(loaded);
  if (call.json()) {
    base::Json list = base::Json::array();
    for (const config::Problem& problem : loaded.problems) list.elements().push_back(to_json(problem));
    print(base::Json::object(
        {{"file", loaded.config.file.string()}, {"usable", loaded.usable()}, {"problems", list}}));
  } else {
    show(loaded);
  }
  return loaded.usable() ? 0 : 1;
}

}  // namespace

Command check_command() {
  return {.name = "check",
          .arguments = "",
          .help = "read the configuration and name every problem in it",
          .details = "Every problem at once, with file, line and key.",
          .examples = "check\ncheck --json",
          .options = {},
          .words = {},
          .run = check};
}

}  // namespace commands
