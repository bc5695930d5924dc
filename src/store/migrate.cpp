#include "store/migrate.hpp"

#include <algorithm>
#include <charconv>

#include "base/embedded.hpp"

namespace store {
namespace {

/// A table, and columns that it has if it is what its name says.
struct Table {
  std::string_view name;
  std::vector<std::string_view> columns;
};

const Table numbers_applied{"schema_migrations", {"number", "name", "applied_at"}};

/// Those that NextAuth.js v3 may have made.
const std::vector<Table>& tables_of_v3() {
  static const std::vector<Table> tables{
      {"users", {"id", "name", "email", "email_verified", "image", "created_at", "updated_at"}},
      {"accounts",
       {"id", "compound_id", "user_id", "provider_type", "provider_id", "provider_account_id",
        "refresh_token", "access_token", "access_token_expires", "created_at", "updated_at"}},
      {"sessions", {"id", "user_id", "expires", "session_token", "access_token", "created_at", "updated_at"}},
      {"verification_requests", {"id", "identifier", "token", "expires", "created_at", "updated_at"}},
  };
  return tables;
}

/// Many a program has a table "users". What ours needs of one would fail at the first sign-in, and not say
/// why.
[[noreturn]] void refuse(const Connection& db, std::string_view table, const std::string& why) {
  throw StoreError(db.place() + ": the table " + std::string(table) + " is another program's (" + why +
                   "): use another database, as \"sqlite:auth.db\"");
}

void check(Connection& db, const Table& table) {
  if (!db.has_table(table.name)) return;
  for (const std::string_view column : table.columns)
    if (!db.has_column(table.name, column)) refuse(db, table.name, "it has no column " + std::string(column));
}

/// Those that a migration makes, and that are there without it.
void check_new_tables(Connection& db, std::string_view script) {
  constexpr std::string_view create = "\nCREATE TABLE ";
  for (size_t at = 0; (at = script.find(create, at)) != std::string_view::npos;) {
    at += create.size();
    const std::string_view name = script.substr(at, script.find(' ', at) - at);
    if (db.has_table(name)) refuse(db, name, "it was there before");
  }
}

std::vector<int> applied(Connection& db) {
  std::vector<int> numbers;
  if (!db.has_table(numbers_applied.name)) return numbers;
  try {
    db.run("SELECT number FROM schema_migrations", {}, [&](const Row& row) {
      const std::string_view text = row.text(0).value_or("");
      int number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      numbers.push_back(number);
    });
  } catch (const StoreError&) {
    check(db, numbers_applied);
    throw;
  }
  return numbers;
}

Migration read_name(std::string_view file) {
  Migration migration{0, std::string(file)};
  std::from_chars(file.data(), file.data() + file.size(), migration.number);
  return migration;
}

std::string_view script_of(const Connection& db, const Migration& migration) {
  return base::embedded(std::string(db.schema()) + migration.name).value();
}

void apply(Connection& db, const Migration& migration, base::Time now) {
  db.script(script_of(db, migration));
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

void check_tables(Connection& db, const std::vector<Migration>& migrations) {
  if (migrations.empty()) return;
  for (const Table& table : tables_of_v3()) check(db, table);
  for (const Migration& migration : migrations) check_new_tables(db, script_of(db, migration));
}

std::vector<Migration> migrate(Connection& db, const base::Clock& clock, const base::Log& log) {
  if (pending(db).empty()) return {};
  Transaction transaction(db);
  db.run(
      "CREATE TABLE IF NOT EXISTS schema_migrations "
      "(number integer PRIMARY KEY NOT NULL, name varchar NOT NULL, applied_at timestamp NOT NULL)");
  // Asked again, for another process may have been faster.
  std::vector<Migration> migrations = pending(db);
  check_tables(db, migrations);
  for (const Migration& migration : migrations) apply(db, migration, clock.now());
  transaction.commit();
  for (const Migration& migration : migrations) log.info("schema_migrated", {{"name", migration.name}});
  return migrations;
}

}  // namespace store
