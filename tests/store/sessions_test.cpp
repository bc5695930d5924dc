#include <doctest/doctest.h>

#include "every_store.hpp"

namespace {

const std::string token = "78476dba58f34eddcc33a2a2844b32f26ae3802dc036f8dd0a7f86ebc48c5486";

model::Session session_of(const model::User& user, base::Time expires) {
  return {token, user.id, "access token", expires};
}

}  // namespace

TEST_CASE_TEMPLATE("a session is found with its user", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  const model::User user = store->create_user(ann(database.clock.time));
  store->create_session(session_of(user, database.clock.time + 720h));
  const auto found = store->session(token);
  REQUIRE(found);
  CHECK(found->session.token == token);
  CHECK(found->session.user_id == user.id);
  CHECK(found->session.access_token == "access token");
  CHECK(found->session.expires == database.clock.time + 720h);
  CHECK(found->user.id == user.id);
  CHECK(found->user.email == "ann@example.com");
  CHECK(found->user.email_verified == database.clock.time);
}

TEST_CASE_TEMPLATE("an unknown token finds no session", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->create_session(session_of(store->create_user({}), database.clock.time));
  CHECK_FALSE(store->session(""));
  CHECK_FALSE(store->session(token + "0"));
  CHECK_FALSE(store->session(token.substr(1)));
}

TEST_CASE_TEMPLATE("an expired session is given: the caller judges", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->create_session(session_of(store->create_user({}), database.clock.time - 1h));
  CHECK(store->session(token)->session.expires == database.clock.time - 1h);
}

TEST_CASE_TEMPLATE("what a row keeps is no way in", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->create_session(session_of(store->create_user({}), database.clock.time));
  const std::string kept = "sha256:" + crypto::sha256_hex(token);
  CHECK_FALSE(store->session(kept));
  store->renew_session(kept, database.clock.time + 1h);
  store->delete_session(kept);
  CHECK(store->session(token)->session.expires == database.clock.time);
}

TEST_CASE_TEMPLATE("a session is renewed", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->create_session(session_of(store->create_user({}), database.clock.time));
  store->renew_session(token, database.clock.time + 1h);
  CHECK(store->session(token)->session.expires == database.clock.time + 1h);
}

TEST_CASE_TEMPLATE("a session that is ended is gone", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->create_session(session_of(store->create_user({}), database.clock.time));
  store->delete_session(token);
  store->delete_session(token);
  CHECK_FALSE(store->session(token));
}

TEST_CASE_TEMPLATE("a session whose user is gone is none", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->create_session({token, "77", "access", database.clock.time});
  CHECK_FALSE(store->session(token));
}

TEST_CASE_TEMPLATE("a session needs a user's id", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  CHECK_THROWS_AS(store->create_session({token, "ann", "access", database.clock.time}), store::StoreError);
}

TEST_CASE_TEMPLATE("expired sessions go in batches, the others stay", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  const std::string id = store->create_user({}).id;
  for (int i = 0; i < 5; ++i) {
    const std::string name = std::to_string(i);
    store->create_session({"old" + name, id, "old" + name, database.clock.time - 1ms});
    store->create_session({"new" + name, id, "new" + name, database.clock.time});
  }
  CHECK(store->delete_expired(database.clock.time, 2) == 2);
  CHECK(store->delete_expired(database.clock.time, 100) == 3);
  CHECK(store->delete_expired(database.clock.time, 100) == 0);
  for (int i = 0; i < 5; ++i) CHECK(store->session("new" + std::to_string(i)));
}
