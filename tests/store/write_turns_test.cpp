#include "store/write_turns.hpp"

#include <doctest/doctest.h>

#include <future>

#include "scratch.hpp"

using namespace scratch;
using store::WriteTurns;

TEST_CASE("one writes at a time, and the next one when he has ended") {
  WriteTurns turns;
  REQUIRE(turns.take(0ms));
  CHECK_FALSE(turns.take(0ms));
  auto next = std::async(std::launch::async, [&] { return turns.take(10s); });
  CHECK(next.wait_for(20ms) == std::future_status::timeout);
  turns.end();
  CHECK(next.get());
  turns.end();
}

TEST_CASE("turns are of one file") {
  WriteTurns& one = WriteTurns::of("/one");
  CHECK(&WriteTurns::of("/one") == &one);
  REQUIRE(one.take(0ms));
  CHECK(WriteTurns::of("/other").take(0ms));
  WriteTurns::of("/other").end();
  one.end();
}

TEST_CASE("who waits longer than a lock may take is told that the database is locked, and nothing is lost") {
  Sqlite database;
  const auto store = database.open();
  WriteTurns& turns = WriteTurns::of(database.file);
  REQUIRE(turns.take(0ms));
  CHECK_THROWS_WITH_AS(store->create_user({}), doctest::Contains("database is locked"), store::StoreError);
  turns.end();
  CHECK(store->create_user({}).id == "1");
}

TEST_CASE("a database is opened and read while others wait for their turn to write") {
  Sqlite database;
  database.open()->create_user(with_email("jane@example.com"));
  WriteTurns& turns = WriteTurns::of(database.file);
  REQUIRE(turns.take(0ms));
  CHECK(database.open()->user_by_email("jane@example.com"));
  turns.end();
}

TEST_CASE("waiting for the turn and for another process's lock together takes no longer than a lock may") {
  Sqlite database;
  const auto store = database.open();
  sqlite3* other = nullptr;
  sqlite3_open(database.file.c_str(), &other);
  sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr);
  const auto refused_after = [&] {
    const auto began = std::chrono::steady_clock::now();
    CHECK_THROWS_WITH_AS(store->create_user({}), doctest::Contains("database is locked"), store::StoreError);
    return std::chrono::steady_clock::now() - began;
  };
  WriteTurns& turns = WriteTurns::of(database.file);
  REQUIRE(turns.take(0ms));
  auto waited = std::async(std::launch::async, refused_after);
  CHECK(waited.wait_for(1500ms) == std::future_status::timeout);
  turns.end();
  CHECK(waited.get() < 3s);         // 2 s for both, and not for each
  CHECK(refused_after() > 1900ms);  // without waiting for a turn, all of it is for the lock
  sqlite3_close(other);
  CHECK(store->create_user({}).id == "1");
}

TEST_CASE("a write that fails ends its turn, alone and in a transaction") {
  Sqlite database;
  const auto store = database.open();
  const model::User user = with_email("jane@example.com");
  store->create_user(user);
  CHECK_THROWS_AS(store->create_user(user), store::Conflict);
  CHECK_THROWS_AS(store->transaction([&] { store->create_user(user); }), store::Conflict);
  WriteTurns& turns = WriteTurns::of(database.file);
  CHECK(turns.take(0ms));
  turns.end();
}
