#include "store/joint_writes.hpp"

#include <doctest/doctest.h>

#include <future>
#include <set>

#include "scratch.hpp"

using namespace scratch;
using Write = store::JointWrites::Write;

namespace {

struct Together : Sqlite {
  store::JointWrites joint;

  Together() { open(); }
  std::unique_ptr<store::Connection> connect() {
    return store::connect(options(), log, store::Access::change);
  }

  std::string committed(const Write& write) {
    return error_of([&] { joint.commit(*connect(), write); });
  }
  std::future<std::string> thread(const Write& write) {
    return std::async(std::launch::async, [this, &write] { return committed(write); });
  }

  /// Each by a thread of its own, while one that came before is still writing: their errors.
  std::vector<std::string> while_one_writes(const std::vector<Write>& writes) {
    std::promise<void> begun;
    std::promise<void> all_there;
    const Write first = [&](store::Connection& db) {
      user("first")(db);
      begun.set_value();
      all_there.get_future().wait();
    };
    auto leader = thread(first);
    begun.get_future().wait();
    std::vector<std::future<std::string>> threads;
    for (const Write& write : writes) threads.push_back(thread(write));
    std::this_thread::sleep_for(200ms);  // none is done: `first` has the database
    for (auto& one : threads) CHECK(one.wait_for(0s) == std::future_status::timeout);
    all_there.set_value();
    CHECK(leader.get().empty());
    std::vector<std::string> errors;
    for (auto& one : threads) errors.push_back(one.get());
    return errors;
  }

  static Write user(const std::string& email) {
    return [email](store::Connection& db) { db.run("INSERT INTO users (email) VALUES ($1)", {email}); };
  }
  std::string users() const {
    return sql(file, "SELECT group_concat(email, ' ') FROM (SELECT email FROM users ORDER BY email)");
  }
};

}  // namespace

TEST_CASE("writes that wait at the same time are committed together, by one of their threads") {
  Together database;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::vector<Write> writes;
  for (const char* email : {"a", "b", "c", "d", "e"})
    writes.emplace_back([&, email](store::Connection& db) {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      Together::user(email)(db);
      // Not seen from outside until all are there.
      CHECK(database.users() == "first\n");
    });
  CHECK(database.while_one_writes(writes) == std::vector<std::string>(5));
  CHECK(threads.size() == 1);
  CHECK(database.users() == "a b c d e first\n");
}

TEST_CASE("a write that fails makes no other fail") {
  Together database;
  const auto errors =
      database.while_one_writes({Together::user("a"), Together::user("first"), Together::user("b")});
  CHECK(errors[0].empty());
  CHECK(errors[1].find("UNIQUE constraint failed: users.email") != std::string::npos);
  CHECK(errors[2].empty());
  CHECK(database.users() == "a b first\n");
}

TEST_CASE("a write that fails alone gives its own error, and the next one is written") {
  Together database;
  CHECK(database.committed(Together::user("a")).empty());
  const auto db = database.connect();
  CHECK_THROWS_AS(database.joint.commit(*db, Together::user("a")), store::Conflict);
  CHECK_THROWS_AS(database.joint.commit(*db, [](store::Connection&) { throw std::bad_alloc(); }),
                  std::bad_alloc);
  CHECK(database.committed(Together::user("b")).empty());
  CHECK(database.users() == "a b\n");
}

TEST_CASE("that the database is locked is told to all that wait, after the time that a lock may take") {
  Together database;
  sqlite3* other = nullptr;
  sqlite3_open(database.file.c_str(), &other);
  sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
  const Write write = Together::user("a");
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::future<std::string>> threads;
  for (int i = 0; i < 6; ++i) {
    threads.push_back(database.thread(write));
    std::this_thread::sleep_for(50ms);
  }
  for (auto& one : threads) CHECK(one.get() == database.file + ": database is locked");
  const auto waited = std::chrono::steady_clock::now() - began;
  CHECK(waited > 1900ms);
  CHECK(waited < 3500ms);  // 2 s for all, not for one after the other
  sqlite3_close(other);
  CHECK(database.committed(write).empty());
}

TEST_CASE("that the database is locked is told to those that are written together, too") {
  Together database;
  sqlite3* other = nullptr;
  sqlite3_open(database.file.c_str(), &other);
  std::promise<void> go;
  const Write first = [&](store::Connection&) {
    go.get_future().wait();
    sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
  };
  const Write write = Together::user("a");
  auto leader = database.thread(first);
  std::this_thread::sleep_for(100ms);
  std::vector<std::future<std::string>> threads;
  for (int i = 0; i < 4; ++i) threads.push_back(database.thread(write));
  std::this_thread::sleep_for(200ms);
  const auto began = std::chrono::steady_clock::now();
  go.set_value();
  CHECK(leader.get().empty());
  for (auto& one : threads) CHECK(one.get() == database.file + ": database is locked");
  CHECK(std::chrono::steady_clock::now() - began < 3500ms);
  sqlite3_close(other);
  CHECK(database.users() == "null\n");
}

TEST_CASE("sessions are renewed while others are, and within a transaction") {
  Sqlite database;
  store::Pool pool(database.options(), database.clock, database.log);
  const std::string user_id = pool.lend()->create_user({}).id;
  const auto expires = database.clock.now() + std::chrono::hours(1);
  for (int i = 0; i < 8; ++i)
    pool.lend()->create_session({.token = "token" + std::to_string(i),
                                 .user_id = user_id,
                                 .access_token = std::to_string(i),
                                 .expires = database.clock.now()});
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, token = "token" + std::to_string(i)] {
      for (int times = 1; times <= 50; ++times) {
        const auto store = pool.lend();
        const auto renew = [&] { store->renew_session(token, expires + std::chrono::seconds(times)); };
        if (times % 5 == 0)
          store->transaction(renew);
        else
          renew();
        CHECK(store->session(token)->session.expires == expires + std::chrono::seconds(times));
      }
    });
  for (std::thread& thread : threads) thread.join();
}
