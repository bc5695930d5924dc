#include <algorithm>
#include <iostream>

#include "base/text.hpp"
#include "commands/output.hpp"
#include "commands/site.hpp"
#include "routes/list.hpp"

namespace commands {
namespace {

/// A method and a path, and the kinds of providers it is there for.
struct Line {
  std::string method, path, providers;
  bool csrf = false;
};

/// The table's rows, those of one method and path together, in the order of paths.
std::vector<Line> lines(bool with_guard) {
  std::vector<Line> all;
  for (const routes::ListedRoute& route : routes::list_routes()) {
    if (route.guards && !with_guard) continue;
    const std::string method(route.method);
    const std::string path = "/" + std::string(route.action) + (route.provider.empty() ? "" : "/:provider");
    const auto same = std::find_if(all.begin(), all.end(), [&](const Line& line) {
      return line.method == method && line.path == path && line.csrf == route.csrf;
    });
    if (same == all.end())
      all.push_back({method, path, std::string(route.provider), route.csrf});
    else
      same->providers.append(", ").append(route.provider);
  }
  std::stable_sort(all.begin(), all.end(), [](const Line& a, const Line& b) { return a.path < b.path; });
  return all;
}

std::string note(const Line& line) {
  std::string text = line.providers.empty() ? "" : "(" + line.providers + ")";
  if (line.csrf) text += std::string(text.empty() ? "" : " ") + "needs csrfToken";
  return text;
}

int list_routes(const Call& call) {
  expect_arguments(call, 0, 0);
  const config::Loaded loaded = config::load(config::process_environment(), call.beside);
  const routes::Options& options = loaded.config.routes;
  const std::string below = loaded.usable() ? options.site.base_path : "";
  constexpr size_t method_width = 6, path_width = 24;
  base::Json list = base::Json::array();
  for (const Line& line : lines(!loaded.usable() || !options.protect.empty())) {
    if (call.json())
      list.elements().push_back(base::Json::object(
          {{"method", line.method},
           {"path", below + line.path},
           {"providers", line.providers.empty() ? base::Json() : base::Json(line.providers)},
           {"csrf", line.csrf}}));
    else
      std::cout << base::trim(padded(line.method, method_width) +
                              padded(below + line.path, below.size() + path_width) + note(line))
                << "\n";
  }
  if (call.json()) print(list);
  return 0;
}

}  // namespace

Command routes_command() {
  return {.name = "routes",
          .arguments = "",
          .help = "list what is answered, with methods",
          .details = "Below the path of \"url\" where there is a configuration that can be used.",
          .examples = "routes\nroutes --json",
          .options = {},
          .words = {},
          .run = list_routes};
}

}  // namespace commands
