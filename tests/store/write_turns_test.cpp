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
