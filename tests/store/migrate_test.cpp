#include <doctest/doctest.h>

#include "base/embedded.hpp"
#include "scratch.hpp"

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
  CHECK(why == database.file + ": table oauth_states already exists");
  CHECK(sql(database.file, "SELECT name FROM sqlite_master") == "oauth_states\n");
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
