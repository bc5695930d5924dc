#include "base/text.hpp"
#include "commands/findings.hpp"

namespace commands {
namespace {

/// What a stranger is answered there who asks for a page. Throws http::Unreachable.
http::Answer ask(const config::Config& config, http::Client& client, const std::string& path) {
  return client.send({.method = "GET",
                      .url = config.routes.site.base_url + http::encode_path(path),
                      .headers = {{"Accept", "text/html"}}});
}

bool is_closed(const config::Config& config, const http::Answer& answer) {
  const bool is_sent_here = answer.header("Location").starts_with(config.routes.site.root() + "/");
  return answer.status == 401 || answer.status == 403 || (answer.status == 302 && is_sent_here);
}

/// As a folder, whose own guard a path without '/' at its end might not meet.
std::string as_folder(const std::string& path) { return path == "/" ? path : path + "/"; }

Finding judge(const config::Config& config, const std::string& path, const http::Answer& answer) {
  const std::string about = "protect " + path;
  if (is_closed(config, answer)) return {Verdict::well, about, "strangers are not let in"};
  const std::string status = "a stranger is answered with status " + std::to_string(answer.status);
  if (answer.status >= 200 && answer.status < 300)
    return {
        Verdict::problem, about,
        "ANYBODY MAY COME IN: the web server does not ask the guard; see `nextauth.fcgi snippet guard-…`"};
  return {Verdict::warning, about, status + ", so it cannot be told whether the web server asks the guard"};
}

}  // namespace

Findings probe_guard(const config::Config& config, http::Client& client) {
  Findings findings;
  for (const auth::Protected& part : config.routes.protect) {
    if (part.allow.whom == auth::Admission::Whom::everybody) continue;
    try {
      findings.push_back(judge(config, part.path, ask(config, client, as_folder(part.path))));
    } catch (const http::Unreachable& error) {
      findings.push_back(
          {Verdict::warning, "protect " + part.path, std::string("could not be tried: ") + error.what()});
      break;  // nor could the others
    }
  }
  return findings;
}

}  // namespace commands
