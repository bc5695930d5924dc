#include "store/admin.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "every_store.hpp"

namespace {

template <typename Database>
std::unique_ptr<store::Admin> open_admin(const Database& database) {
  return store::open_admin(database.options(), database.clock, database.log);
}

}  // namespace

TEST_CASE_TEMPLATE("users are listed by id, in parts", Database, EVERY_STORE) {
  Database database;
  const auto admin = open_admin(database);
  CHECK(admin->users("", 10).empty());
  for (int i = 1; i <= 11; ++i) admin->store().create_user(with_email(std::to_string(i) + "@example.com"));
  const auto first = admin->users("", 9);
  REQUIRE(first.size() == 9);
  CHECK(first.front().email == "1@example.com");
  const auto rest = admin->users(first.back().id, 9);
  REQUIRE(rest.size() == 2);
  CHECK(rest.back().id == "11");
  CHECK(admin->users(rest.back().id, 9).empty());
}

TEST_CASE_TEMPLATE("a user's accounts are listed without their tokens", Database, EVERY_STORE) {
  Database database;
  const auto admin = open_admin(database);
  const std::string id = admin->store().create_user({}).id;
  const std::string other = admin->store().create_user({}).id;
  admin->store().link_account({"github", "oauth", "7", "refresh", "access", database.clock.time, id});
  admin->store().link_account({"gitlab", "oauth", "8", {}, {}, {}, id});
  admin->store().link_account({"google", "oauth", "9", {}, {}, {}, other});
  const auto accounts = admin->accounts(id);
  REQUIRE(accounts.size() == 2);
  CHECK(accounts[0].provider_id == "github");
  CHECK(accounts[0].provider_type == "oauth");
  CHECK(accounts[0].provider_account_id == "7");
  CHECK_FALSE(accounts[0].refresh_token);
  CHECK_FALSE(accounts[0].access_token);
  CHECK(accounts[0].user_id == id);
  CHECK(accounts[1].provider_id == "gitlab");
  CHECK(admin->accounts("99").empty());
  CHECK(admin->accounts("x").empty());
}

TEST_CASE_TEMPLATE("a user can keep the id of another system", Database, EVERY_STORE) {
  Database database;
  const auto admin = open_admin(database);
  model::User user = ann(database.clock.time);
  user.id = "4711";
  CHECK(admin->create_user_with_id(user).created_at == database.clock.time);
  CHECK(admin->store().user("4711")->email == "ann@example.com");
  CHECK_THROWS_AS(admin->create_user_with_id(user), store::Conflict);
  user.id = "4712";
  CHECK_THROWS_AS(admin->create_user_with_id(user), store::Conflict);
  user.email = "bob@example.com";
  for (const char* id : {"", "0", "-1", "x", "1.5", "99999999999999999999"}) {
    user.id = id;
    CHECK_THROWS_AS(admin->create_user_with_id(user), store::StoreError);
  }
  CHECK(admin->store().create_user({}).id == "4712");
}

TEST_CASE_TEMPLATE("sessions are listed, all of them or one user's, and nothing in the list is a way in",
                   Database, EVERY_STORE) {
  Database database;
  const auto admin = open_admin(database);
  store::Store& store = admin->store();
  const std::string one = store.create_user(ann(database.clock.time)).id;
  const std::string other = store.create_user({}).id;
  store.create_session({"a", one, "access a", database.clock.time + 1h});
  store.create_session({"b", other, "access b", database.clock.time - 1h});
  store.create_session({"c", one, "access c", database.clock.time + 2h});
  const auto all = admin->sessions({}, "", 10);
  REQUIRE(all.size() == 3);
  CHECK(all[0].user_id == one);
  CHECK(all[0].email == "ann@example.com");
  CHECK(all[0].created_at == database.clock.time);
  CHECK(all[0].expires == database.clock.time + 1h);
  CHECK(all[1].user_id == other);
  CHECK_FALSE(all[1].email);
  CHECK_FALSE(store.session(all[0].id));
  CHECK(admin->sessions({}, all[1].id, 10).size() == 1);
  CHECK(admin->sessions({}, "", 2).size() == 2);
  const auto hers = admin->sessions(one, "", 10);
  REQUIRE(hers.size() == 2);
  CHECK(hers[1].id == all[2].id);
  CHECK(admin->sessions("x", "", 10).empty());
}

TEST_CASE_TEMPLATE("a session that is revoked is gone, and the others stay", Database, EVERY_STORE) {
  Database database;
  const auto admin = open_admin(database);
  store::Store& store = admin->store();
  const std::string one = store.create_user({}).id;
  const std::string other = store.create_user({}).id;
  for (const char* token : {"a", "b", "c"})
    store.create_session({token, one, token, database.clock.time + 1h});
  store.create_session({"d", other, "d", database.clock.time + 1h});
  CHECK(admin->revoke_session(admin->sessions({}, "", 1)[0].id));
  CHECK_FALSE(store.session("a"));
  CHECK(store.session("b"));
  for (const char* unknown : {"1", "99", "", "x", "1 OR 1=1"}) CHECK_FALSE(admin->revoke_session(unknown));
  CHECK(admin->revoke_sessions_of(one) == 2);
  CHECK(admin->revoke_sessions_of(one) == 0);
  CHECK(admin->revoke_sessions_of("x") == 0);
  CHECK_FALSE(store.session("b"));
  CHECK(store.session("d"));
}

TEST_CASE_TEMPLATE("what has expired is counted by kind, and deleted in batches", Database, EVERY_STORE) {
  Database database;
  const auto admin = open_admin(database);
  store::Store& store = admin->store();
  const std::string id = store.create_user({}).id;
  for (const char* name : {"a", "b", "c"}) store.create_session({name, id, name, database.clock.time - 1ms});
  store.create_session({"fresh", id, "fresh", database.clock.time});
  store.save_verification_request({"ann@example.com", "hash", database.clock.time - 1ms});
  store.take_token("full by then", 10, 1s);
  const base::Time now = database.clock.time + 100ms;
  database.clock.time = now;
  const store::Expired before = admin->expired(now);
  CHECK(before.sessions == 4);
  CHECK(before.verification_requests == 1);
  CHECK(before.flows == 0);
  CHECK(before.rate_limits == 0);
  CHECK(before.total() == 5);
  const store::Expired first = admin->delete_expired(now, 3);
  CHECK(first.sessions == 3);
  CHECK(first.verification_requests == 1);
  store::Expired all = first;
  all += admin->delete_expired(now + 1s, 3);
  CHECK(all.sessions == 4);
  CHECK(all.rate_limits == 1);
  CHECK(admin->expired(now + 1s).total() == 0);
}

TEST_CASE_TEMPLATE("a document goes a day after its end, in batches as the rest", Database, EVERY_STORE) {
  Database database;
  const auto admin = open_admin(database);
  const base::Time end = database.clock.time;
  for (const char* url : {"https://a.example", "https://b.example"})
    admin->store().save_document(url, {"{}", end - 1h, end});
  admin->store().save_document("https://c.example", {"{}", end - 1h, end + 1ms});
  CHECK(admin->expired(end + store::documents_kept).total() == 0);
  CHECK(admin->delete_expired(end + store::documents_kept, 9).total() == 0);
  const base::Time later = end + store::documents_kept + 1ms;
  CHECK(admin->expired(later).documents == 2);
  CHECK(admin->delete_expired(later, 1).documents == 1);
  CHECK(admin->store().delete_expired(later, 9) == 1);
  CHECK(admin->store().document("https://c.example"));
  CHECK_FALSE(admin->store().document("https://a.example"));
  CHECK_FALSE(admin->store().document("https://b.example"));
}

TEST_CASE_TEMPLATE("a database is inspected without being changed", Database, EVERY_STORE) {
  Database database;
  const store::State none = store::inspect(database.options(), database.log);
  CHECK_FALSE(none.exists);
  CHECK_FALSE(none.pending.empty());
  CHECK(none.journal == "");
  CHECK_FALSE(std::filesystem::exists(database.file));
  database.open();
  const store::State there = store::inspect(database.options(), database.log);
  CHECK(there.exists);
  CHECK(there.pending.empty());
  CHECK(there.journal == "wal");
}

TEST_CASE("a database that cannot be made or read is found out") {
  scratch::Sqlite database;
  const store::Options nowhere{"sqlite:" + database.folder.file("nowhere/auth.db"), 2s};
  CHECK(scratch::error_of([&] { store::inspect(nowhere, database.log); }) ==
        database.folder.file("nowhere/auth.db") + ": there is no directory " +
            database.folder.file("nowhere"));
  std::ofstream(database.file) << "this is no database, but a text that is long enough to be taken for one";
  CHECK(scratch::error_of([&] { store::inspect(database.options(), database.log); }) ==
        database.file + ": file is not a database");
}
