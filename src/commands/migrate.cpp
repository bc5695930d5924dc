#include <iostream>

#include "commands/output.hpp"
#include "commands/site.hpp"

namespace commands {
namespace {

base::Json names(const std::vector<store::Migration>& migrations) {
  base::Json list = base::Json::array();
  for (const store::Migration& migration : migrations) list.elements().emplace_back(migration.name);
  return list;
}

/// Without the rest of a URL, which may hold a password.
std::string place(const store::Options& options) {
  const auto file = store::file_of(options);
  return file ? file->string() : options.url.substr(0, options.url.find(':'));
}

/// As when a request first opens the database.
std::vector<store::Migration> apply(const store::Options& database, size_t pending, const base::Log& log) {
  Progress progress("migrations");
  if (pending > 0) progress.show(0, pending);
  return store::migrate(database, base::system_clock(), log);
}

int migrate(const Call& call) {
  expect_arguments(call, 0, 0);
  const config::Config config = usable_config(call);
  const store::Options& database = database_of(config);
  const CommandLog log;
  auto pending = store::pending_migrations(database, base::system_clock(), log.log());
  std::vector<store::Migration> applied;
  if (!call.has("--dry-run")) {
    applied = apply(database, pending.size(), log.log());
    pending.clear();
  }
  if (call.json()) {
    print(base::Json::object(
        {{"database", place(database)}, {"applied", names(applied)}, {"pending", names(pending)}}));
    return 0;
  }
  for (const store::Migration& migration : applied) std::cout << "applied " << migration.name << "\n";
  for (const store::Migration& migration : pending) std::cout << "pending " << migration.name << "\n";
  if (applied.empty() && pending.empty()) std::cout << place(database) << ": up to date\n";
  return 0;
}

}  // namespace

Command migrate_command() {
  return {
      .name = "migrate",
      .arguments = "",
      .help = "make the database's tables, or bring them up to date",
      .details =
          "The same happens by itself when a request first needs the database. A database of NextAuth.js v3\n"
          "is taken over as it is. All that is missing is applied in one transaction, or nothing.",
      .examples = "migrate --dry-run\nmigrate",
      .options = {{"--dry-run", "", "only say what is missing"}},
      .words = {},
      .run = migrate};
}

}  // namespace commands
