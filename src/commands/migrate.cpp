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
void bring_up_to_date(const store::Options& database, size_t pending, const base::Log& log) {
  Progress progress("migrations");
  if (pending > 0) progress.show(0, pending);
  store::open(database, base::system_clock(), log);
}

int migrate(const Call& call) {
  expect_arguments(call, 0, 0);
  const config::Config config = usable_config(call);
  const store::Options& database = database_of(config);
  const CommandLog log;
  const auto pending = store::pending_migrations(database, base::system_clock(), log.log());
  const bool apply = !call.has("--dry-run");
  if (apply) bring_up_to_date(database, pending.size(), log.log());
  if (call.json()) {
    print(base::Json::object({{"database", place(database)},
                              {"applied", names(apply ? pending : std::vector<store::Migration>{})},
                              {"pending", names(apply ? std::vector<store::Migration>{} : pending)}}));
    return 0;
  }
  for (const store::Migration& migration : pending)
    std::cout << (apply ? "applied " : "pending ") << migration.name << "\n";
  if (pending.empty()) std::cout << place(database) << ": up to date\n";
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
