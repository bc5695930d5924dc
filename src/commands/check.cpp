#include <iostream>

#include "commands/findings.hpp"
#include "commands/output.hpp"

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

/// What else would only show when a visitor comes.
void add_template_problems(config::Loaded& loaded) {
  for (const routes::TemplateProblem& problem : routes::check_templates(loaded.config.routes.page))
    loaded.problems.push_back({problem.file.string(), problem.line, "templates", problem.message});
}

Findings go_online(const Call& call, const config::Config& config) {
  const auto client = http::make_client(config.client);
  http::ClientOptions own = config.client;
  own.plain_http = true;  // the site's own address may be such
  const auto own_client = http::make_client(own);
  Findings all = probe_database(config);
  for (Findings more : {probe_providers(config, *client), probe_mail(config),
                        probe_downloads(config, *own_client, places_of(call))})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

void show(const config::Loaded& loaded, const std::vector<config::Problem>& exposed) {
  for (const config::Problem& problem : loaded.problems) std::cout << problem.text() << "\n";
  for (const config::Problem& problem : exposed) std::cout << problem.text() << "\n";
  if (loaded.usable() && !config::any_error(exposed))
    std::cout << loaded.config.file.string() << ": well; " << loaded.config.providers.size()
              << " provider(s), at " << loaded.config.routes.site.root() << "\n";
}

int check(const Call& call) {
  expect_arguments(call, 0, 0);
  if (!call.has("--online")) refuse_option(call, "--document-root", "a check that is not --online");
  config::Loaded loaded = config::load(config::process_environment(), call.beside);
  add_callback_problems(loaded);
  add_template_problems(loaded);
  config::Config& config = loaded.config;
  config.allow_readable = config.allow_readable || call.has("--allow-readable");
  std::vector<config::Problem> exposed;
  if (loaded.usable()) exposed = config::exposures(config);
  const bool online = call.has("--online") && loaded.usable();
  const Findings findings = online ? go_online(call, config) : Findings{};
  if (call.json()) {
    base::Json list = base::Json::array();
    for (const std::vector<config::Problem>* problems : {&loaded.problems, &exposed})
      for (const config::Problem& problem : *problems) list.elements().push_back(to_json(problem));
    base::Json result =
        base::Json::object({{"file", config.file.string()}, {"usable", loaded.usable()}, {"problems", list}});
    if (online) result.set("online", to_json(findings));
    print(result);
  } else {
    show(loaded, exposed);
    show(findings);
  }
  return loaded.usable() && !config::any_error(exposed) && !any_problem(findings) ? 0 : 1;
}

}  // namespace

Command check_command() {
  return {
      .name = "check",
      .arguments = "",
      .help = "read the configuration and name every problem in it",
      .details =
          "Every problem at once, with file, line and key. Also that other users of this machine can read\n"
          "secrets, or change what counts; the server works all the same then, but this is exit code 1.\n"
          "--online asks providers, database and mail server, and whether private files can be downloaded.",
      .examples = "check\ncheck --online\ncheck --json",
      .options = {{"--online", "", "try the providers, the database, mail and downloads too"},
                  {"--document-root", "DIR", "the folder that the web's paths begin in, for --online"},
                  {"--allow-readable", "", "it is known that others can read the configuration"}},
      .words = {},
      .run = check};
}

}  // namespace commands
