#pragma once
// Private to commands/: what `check --online` and `doctor` look at.
#include <string>
#include <vector>

#include "commands/site.hpp"
#include "http/client.hpp"

namespace commands {

enum class Verdict { well, warning, problem };

struct Finding {
  Verdict verdict;
  std::string about;    // "database", "providers[0]"
  std::string message;  // a sentence that says what to do
};
using Findings = std::vector<Finding>;

bool any_problem(const Findings&);
void show(const Findings&);
base::Json to_json(const Findings&);

/// Discovery documents and keys, or that an endpoint answers; and mail servers.
Findings probe_providers(const config::Config&, http::Client&);
Findings probe_mail(const config::Config&);
/// What the database is like; nothing where there is none.
Findings probe_database(const config::Config&);

/// Where the site's files may be found on the web.
struct Places {
  std::filesystem::path program;                      // the executable
  std::vector<std::filesystem::path> document_roots;  // that the owner named
};
/// As the call says.
Places places_of(const Call&);
/// Whether configuration, database, callbacks, log or executable can be downloaded, by trying to.
Findings probe_downloads(const config::Config&, http::Client&, const Places&);

/// What the site answers, asked as a visitor would. `plain`: the site's address by plain http; "" for none.
Findings probe_site(const config::Config&, http::Client&, const std::string& plain);
/// Whether the web server asks the guard for each path of `protect`.
Findings probe_guard(const config::Config&, http::Client&);
/// The machine's clock beside the providers'.
Findings probe_clock(const config::Config&, http::Client&, base::Time now);

}  // namespace commands
