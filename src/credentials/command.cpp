#include "base/process.hpp"
#include "credentials/kinds.hpp"

namespace credentials {
namespace {

// Where programs are found; nothing of the request and none of our secrets.
const std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"};

constexpr int refused = 1;

base::ProcessResult run(const Command& kind, const base::Json& fields) {
  try {
    return base::run_process({.command = kind.command,
                              .input = base::to_json(fields),
                              .environment = environment,
                              .timeout = kind.timeout,
                              .output_limit = user_limit});
  } catch (const std::runtime_error& error) {
    throw Unavailable(error.what());
  }
}

}  // namespace

/// What it writes to standard error is not logged: it has the password, and may print it.
std::optional<base::Json> ask(const Command& kind, const base::Json& fields, const Parts&) {
  const base::ProcessResult result = run(kind, fields);
  if (result.exit_code == refused) return {};
  if (result.exit_code != 0)
    throw Unavailable(kind.command.front() + ": exit code " + std::to_string(result.exit_code));
  return read_user(kind.command.front(), std::string_view(result.output));
}

}  // namespace credentials
