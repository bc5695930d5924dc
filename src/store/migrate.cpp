#include "store/migrate.hpp"

#include <algorithm>
#include <charconv>

#include "base/embedded.hpp"

namespace store {
namespace {

std::vector<int> applied(Connection& db) {
  std::vector<int> numbers;
  if (!db.has_table("schema_migrations")) return numbers;
  db.run("SELECT number FROM schema_migrations", {}, [&](const Row& row) {
    const std::string_view text = row.text(0).value_or("");
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    numbers.push_back(number);
  });
  return numbers;
}

Migration read_name(std::string_view file) {
  Migration migration{0, std::string(file)};
  std::from_chars(file.data(), file.data() + file.size(), migration.number);
  return migration;
}

void apply(Connection& db, const Migration& migration, base::Time now) {
  db.script(base::embedded(std::string(db.schema()) + migration.name).value());
  db.run("INSERT INTO schema_migrations (number, name, applied_at) VALUES ($1, $2, $3)",
         {std::int64_t(migration.number), migration.name, now});
}

}  // namespace

std::vector<Migration> pending(Connection& db) {
  const std::vector<int> done = applied(db);
  std::vector<Migration> migrations;
  for (const std::string_view path : base::embedded_paths(db.schema())) {
    Migration migration = read_name(path.substr(db.schema().size()));
    if (std::find(done.begin(), done.end(), migration.number) == done.end())
      migrations.push_back(std::move(migration));
  }
  return migrations;
}

void migrate(Connection& db, const base::Clock& clock, const base::Log& log) {
  if (pending(db).empty()) return;
  Transaction transaction(db);
  db.run(
      "CREATE TABLE IF NOT EXISTS schema_migrations "
      "(number integer PRIMARY KEY NOT NULL, name varchar NOT NULL, applied_at timestamp NOT NULL)");
  // Asked again, for another process may have been faster.
  const std::vector<Migration> migrations = pending(db);
  for (const Migration& migration : migrations) apply(db, migration, clock.now());
  transaction.commit();
  for (const Migration& migration : migrations) log.info("schema_migrated", {{"name", migration.name}});
}

}  // namespace store
