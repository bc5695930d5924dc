#include "commands/findings.hpp"

namespace commands {

Findings probe_database(const config::Config& config) {
  if (!config.database) return {};
  const CommandLog log;
  const auto file = store::file_of(*config.database);
  const std::string place = file ? file->string() + ": " : "";
  try {
    const store::State state = store::inspect(*config.database, log.log());
    Findings findings;
    if (!state.exists)
      findings.push_back({Verdict::well, "database", place + "will be made on first use"});
    else if (!state.pending.empty())
      findings.push_back(
          {Verdict::well, "database",
           place + std::to_string(state.pending.size()) + " migration(s) will be applied on first use"});
    if (state.on_network)
      findings.push_back({Verdict::warning, "database",
                          place + "is on a network file system: slower, and only as safe as its locks"});
    else if (state.journal != "wal" && state.pending.empty() && file)
      findings.push_back({Verdict::warning, "database",
                          place + "WAL cannot be had (journal: " + state.journal + "): slower, but works"});
    if (findings.empty())
      findings.push_back(
          {Verdict::well, "database", place + "can be read and written, journal: " + state.journal});
    return findings;
  } catch (const model::StoreError& error) {
    return {{Verdict::problem, "database", error.what()}};
  }
}

}  // namespace commands
