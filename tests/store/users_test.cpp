#include <doctest/doctest.h>

#include "every_store.hpp"

TEST_CASE_TEMPLATE("a new user has an id and the time it was made", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  const model::User made = store->create_user(ann(database.clock.time));
  CHECK(made.id == "1");
  CHECK(made.created_at == database.clock.time);
  CHECK(made.updated_at == database.clock.time);
}

TEST_CASE_TEMPLATE("a user is found by id, by address and by account, as it was stored", Database,
                   EVERY_STORE) {
  Database database;
  const auto store = database.open();
  const model::User made = store->create_user(ann(database.clock.time));
  store->link_account({"github", "oauth", "12345", "refresh", "access", database.clock.time, made.id});
  for (const auto& found : {store->user(made.id), store->user_by_email("ann@example.com"),
                            store->user_by_account("github", "12345")}) {
    REQUIRE(found);
    CHECK(found->id == made.id);
    CHECK(found->name == "Ann");
    CHECK(found->email == "ann@example.com");
    CHECK_FALSE(found->image);
    CHECK(found->email_verified == database.clock.time);
    CHECK(found->created_at == made.created_at);
    CHECK(found->updated_at == made.updated_at);
  }
}

TEST_CASE_TEMPLATE("a user's providers are told, each once", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  const std::string id = store->create_user(ann(database.clock.time)).id;
  CHECK(store->providers_of(id).empty());
  for (const auto& [provider, account] :
       {std::pair{"gitlab", "1"}, std::pair{"github", "2"}, std::pair{"github", "3"}})
    store->link_account({provider, "oauth", account, {}, {}, {}, id});
  CHECK(store->providers_of(id) == std::vector<std::string>{"github", "gitlab"});
  for (const char* other : {"", "2", "x", "1x"}) CHECK(store->providers_of(other).empty());
}

TEST_CASE_TEMPLATE("nobody is found by what is not there", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  const model::User made = store->create_user(ann(database.clock.time));
  store->link_account({"github", "oauth", "12345", {}, {}, {}, made.id});
  for (const char* id : {"2", "", "x", "1x", " 1", "-1", "1.0", "99999999999999999999", "1 OR 1=1"})
    CHECK_FALSE(store->user(id));
  CHECK_FALSE(store->user_by_email("ANN@example.com"));
  CHECK_FALSE(store->user_by_email(""));
  CHECK_FALSE(store->user_by_account("github", "12346"));
  CHECK_FALSE(store->user_by_account("gitlab", "12345"));
  CHECK_FALSE(store->user_by_account("github", "012345"));
}

TEST_CASE_TEMPLATE("provider and account do not run into each other", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  const model::User made = store->create_user(ann(database.clock.time));
  store->link_account({"a", "oauth", "b:c", {}, {}, {}, made.id});
  CHECK(store->user_by_account("a", "b:c"));
  CHECK_FALSE(store->user_by_account("a:b", "c"));
}

TEST_CASE_TEMPLATE("users may lack an address, but never share one", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->create_user({});
  store->create_user({});
  store->create_user(ann(database.clock.time));
  CHECK_THROWS_AS(store->create_user(ann(database.clock.time)), store::Conflict);
  CHECK(store->user_by_email("ann@example.com")->id == "3");
}

TEST_CASE_TEMPLATE("of eight who create a user of one address, one succeeds", Database, EVERY_STORE) {
  Database database;
  database.open();
  CHECK(race(
            [&](store::Store& store) {
              try {
                store.create_user(ann(database.clock.time));
                return true;
              } catch (const store::Conflict&) {
                return false;
              }
            },
            database) == 1);
}

TEST_CASE_TEMPLATE("a user can be changed", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  model::User user = store->create_user(ann(database.clock.time));
  const base::Time made = database.clock.time;
  database.clock.time += 1h;
  user.name = "Ann Ö. \"); DROP TABLE users; --";
  user.email_verified = {};
  user.created_at = {};
  const model::User changed = store->update_user(user);
  CHECK(changed.created_at == made);
  CHECK(changed.updated_at == database.clock.time);
  const auto found = store->user(user.id);
  CHECK(found->name == user.name);
  CHECK_FALSE(found->email_verified);
  CHECK(found->updated_at == database.clock.time);
}

TEST_CASE_TEMPLATE("a user cannot be given another one's address, nor one who is gone be changed", Database,
                   EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->create_user(ann(database.clock.time));
  model::User bob = store->create_user(with_email("bob@example.com"));
  bob.email = "ann@example.com";
  CHECK_THROWS_AS(store->update_user(bob), store::Conflict);
  CHECK_THROWS_AS(store->update_user(model::User{"77", {}, {}, {}, {}, {}, {}}), store::StoreError);
  CHECK_THROWS_AS(store->update_user(model::User{"x", {}, {}, {}, {}, {}, {}}), store::StoreError);
}

TEST_CASE_TEMPLATE("an account belongs to one user", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->create_user({});
  store->create_user({});
  store->link_account({"github", "oauth", "7", {}, {}, {}, "1"});
  store->link_account({"gitlab", "oauth", "7", {}, {}, {}, "2"});
  CHECK_THROWS_AS(store->link_account({"github", "oauth", "7", {}, {}, {}, "2"}), store::Conflict);
  CHECK(store->user_by_account("github", "7")->id == "1");
  CHECK(store->user_by_account("gitlab", "7")->id == "2");
}

TEST_CASE_TEMPLATE("a transaction that fails leaves nothing behind", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  CHECK_THROWS_AS(store->transaction([&] {
    store->create_user(ann(database.clock.time));
    throw std::runtime_error("the account cannot be linked");
  }),
                  std::runtime_error);
  CHECK_FALSE(store->user_by_email("ann@example.com"));
}

TEST_CASE_TEMPLATE("a transaction that ends well is kept", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->transaction([&] {
    const model::User made = store->create_user(ann(database.clock.time));
    store->link_account({"github", "oauth", "7", {}, {}, {}, made.id});
  });
  CHECK(database.open()->user_by_account("github", "7"));
}
