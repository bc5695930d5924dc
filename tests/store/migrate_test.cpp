#include <doctest/doctest.h>

#include "base/embedded.hpp"
#include "scratch.hpp"
#include "store/admin.hpp"

using namespace scratch;

namespace {

/// How many there are.
std::string all_migrations() { return std::to_string(base::embedded_paths("schema/sqlite/").size()); }

}  // namespace

TEST_CASE("without a database all migrations are pending, and asking makes none") {
  Sqlite database;
  const auto pending = store::pending_migrations(database.options(), database.clock, database.log);
  REQUIRE(pending.size() >= 2);
  CHECK(pending[0].number == 1);
  CHECK(pending[0].name == "0001_nextauth_v3.sql");
  CHECK(pending[1].number == 2);
  CHECK_FALSE(std::filesystem::exists(database.file));
}

TEST_CASE("opening applies every migration once and says so once") {
  Sqlite database;
  database.open();
  CHECK(database.logged("schema_migrated"));
  CHECK(store::pending_migrations(database.options(), database.clock, database.log).empty());
  database.lines.clear();
  database.open();
  CHECK(database.lines.empty());
  CHECK(sql(database.file, "SELECT * FROM schema_migrations WHERE number = 1") ==
        "1|0001_nextauth_v3.sql|2026-11-23 16:00:00.123\n");
}

TEST_CASE("a single migration that is missing is applied alone") {
  Sqlite database;
  database.open()->create_user(with_email("ann@example.com"));
  sql(database.file, "DELETE FROM schema_migrations WHERE number = 1");
  CHECK(store::pending_migrations(database.options(), database.clock, database.log).size() == 1);
  CHECK(database.open()->user_by_email("ann@example.com"));
}

TEST_CASE("a migration that fails leaves the database without any of them") {
  Sqlite database;
  sql(database.file, "CREATE TABLE oauth_states (something)");
  const std::string why = error_of([&] { database.open(); });
  CHECK(why == database.file +
                   ": the table oauth_states is another program's (it was there before): use another "
                   "database, as \"sqlite:auth.db\"");
  CHECK(sql(database.file, "SELECT name FROM sqlite_master") == "oauth_states\n");
}

TEST_CASE("tables of another program with NextAuth.js's names, or ours, are told of and left as they are") {
  for (const auto& [table, why] :
       {std::pair{"users (id integer, login text)", "users is another program's (it has no column name)"},
        std::pair{"sessions (id integer, user_id integer, data text)",
                  "sessions is another program's (it has no column expires)"},
        std::pair{"accounts (id integer)", "accounts is another program's (it has no column compound_id)"},
        std::pair{"schema_migrations (version varchar)",
                  "schema_migrations is another program's (it has no column number)"},
        std::pair{"rate_limits (name text)", "rate_limits is another program's (it was there before)"}}) {
    Sqlite database;
    sql(database.file, std::string("CREATE TABLE ") + table);
    const std::string before = sql(database.file, "SELECT sql FROM sqlite_master");
    const std::string expected = database.file + ": the table " + why;
    CHECK(error_of([&] { database.open(); }).starts_with(expected));
    CHECK(error_of([&] { store::inspect(database.options(), database.log); }).starts_with(expected));
    CHECK(sql(database.file, "SELECT sql FROM sqlite_master") == before);
  }
}

TEST_CASE("other tables of a site may be beside ours, whatever their names") {
  Sqlite database;
  sql(database.file,
      "CREATE TABLE settings (k text, v text); INSERT INTO settings VALUES ('a', 'b'); CREATE VIEW people AS "
      "SELECT 1");
  CHECK(database.open()->setting("secret", [] { return std::string("made"); }) == "made");
  CHECK(sql(database.file, "SELECT * FROM settings") == "a|b\n");
}

TEST_CASE("eight processes that start at once make one database") {
  for (int round = 0; round < 10; ++round) {
    Sqlite database;
    const auto open_and_write = [&](int number) {
      const base::LogSink quiet([](std::string_view) {});
      return database.open()->create_user(named(std::to_string(number))).id != "";
    };
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i) children.push_back(start_child([&, i] { return open_and_write(i); }));
    for (const pid_t child : children) CHECK(succeeded(child));
    CHECK(sql(database.file, "SELECT count(*) FROM schema_migrations; SELECT count(*) FROM users") ==
          all_migrations() + "\n8\n");
  }
}
