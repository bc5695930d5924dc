#include <doctest/doctest.h>

#include "scratch.hpp"

using namespace scratch;

namespace {

struct Lender : Sqlite {
  store::Pool pool{options(), clock, log};

  /// Whether what is lent next is a new connection: only such a one sees to the migrations.
  bool lends_anew() {
    sql(file, "DELETE FROM schema_migrations WHERE number = 1");
    lines.clear();
    pool.lend();
    return logged("schema_migrated");
  }
};

}  // namespace

TEST_CASE("a store that is let go is lent again") {
  Lender lender;
  CHECK(lender.lends_anew());
  CHECK_FALSE(lender.lends_anew());
}

TEST_CASE("two who ask at once have stores of their own") {
  Lender lender;
  const auto one = lender.pool.lend();
  const auto other = lender.pool.lend();
  CHECK(one.get() != other.get());
  one->create_user(named("Ann"));
  CHECK(other->user("1")->name == "Ann");
}

TEST_CASE("eight threads work at once") {
  Lender lender;
  lender.pool.lend();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 20; ++turn) lender.pool.lend()->create_user({});
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(lender.pool.lend()->user("160"));
}

TEST_CASE("a conflict is no reason to open the database anew") {
  Lender lender;
  lender.pool.lend()->create_user(with_email("ann@example.com"));
  CHECK_THROWS_AS(lender.pool.lend()->create_user(with_email("ann@example.com")), store::Conflict);
  CHECK_FALSE(lender.lends_anew());
}

TEST_CASE("a store whose database failed is not lent again") {
  Lender lender;
  auto lease = lender.pool.lend();
  sql(lender.file, "ALTER TABLE users RENAME TO hidden");
  CHECK_THROWS_AS(lease->user("1"), store::StoreError);
  sql(lender.file, "ALTER TABLE hidden RENAME TO users");
  lease.reset();
  CHECK(lender.lends_anew());
}

TEST_CASE("a database that was put into place of another is found within a second") {
  Lender lender;
  lender.pool.lend()->create_user(named("Ann"));
  Sqlite backup;
  backup.open()->create_user(named("Bob"));
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(lender.file + end);
  std::filesystem::copy(backup.file, lender.file);
  lender.clock.time += 1s;
  CHECK(lender.pool.lend()->user("1")->name == "Bob");
}

TEST_CASE("a database that was deleted is made anew") {
  Lender lender;
  lender.pool.lend()->create_user(named("Ann"));
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(lender.file + end);
  lender.clock.time += 1s;
  CHECK_FALSE(lender.pool.lend()->user("1"));
  CHECK(std::filesystem::exists(lender.file));
}
