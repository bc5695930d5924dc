#include <doctest/doctest.h>

#include "every_store.hpp"

TEST_CASE_TEMPLATE("a bucket gives as many tokens as it holds, and then says how long to wait", Database,
                   EVERY_STORE) {
  Database database;
  const auto store = database.open();
  for (int i = 0; i < 10; ++i) CHECK(store->take_token("ann", 10, 600s) == 0s);
  CHECK(store->take_token("ann", 10, 600s) == 60s);
  CHECK(store->take_token("bob", 10, 600s) == 0s);
}

TEST_CASE_TEMPLATE("a bucket fills evenly", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  for (int i = 0; i < 10; ++i) store->take_token("ann", 10, 600s);
  database.clock.time += 59s;
  CHECK(store->take_token("ann", 10, 600s) == 1s);
  database.clock.time += 1s;
  CHECK(store->take_token("ann", 10, 600s) == 0s);
  CHECK(store->take_token("ann", 10, 600s) == 60s);
  database.clock.time += 600s;
  for (int i = 0; i < 10; ++i) CHECK(store->take_token("ann", 10, 600s) == 0s);
}

TEST_CASE_TEMPLATE("a clock that goes back locks nobody out for long", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  for (int i = 0; i < 10; ++i) store->take_token("ann", 10, 600s);
  database.clock.time -= 24h;
  CHECK(store->take_token("ann", 10, 600s) <= 60s);
  database.clock.time += 24h + 700s;
  CHECK(store->take_token("ann", 10, 600s) == 0s);
}

TEST_CASE_TEMPLATE("of eight who want the last token, one gets it", Database, EVERY_STORE) {
  Database database;
  for (int i = 0; i < 9; ++i) database.open()->take_token("ann", 10, 600s);
  CHECK(race([](store::Store& store) { return store.take_token("ann", 10, 600s) == 0s; }, database) == 1);
}

TEST_CASE_TEMPLATE("a full bucket is deleted with what has expired", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->take_token("ann", 10, 600s);
  CHECK(store->delete_expired(database.clock.time, 100) == 0);
  CHECK(store->delete_expired(database.clock.time + 61s, 100) == 1);
}
