#pragma once
// Private to the folder: small writes of several threads, committed together.
//
// A commit is most of what a small write takes, and a SQLite file has one at a time. Who comes while one is
// under way leaves his write to the next, which commits once for all that wait.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "store/connection.hpp"

namespace store {

class JointWrites {
 public:
  /// May run with another thread's connection to the same database, and a second time if the first was rolled
  /// back.
  using Write = std::function<void(Connection&)>;

  /// Returns when `write` is committed, by this thread, which has `db`, or by another one. Throws what it
  /// throws; that makes no other fail. Locked is told to all that wait by then: they have waited for the same
  /// lock. Not within a transaction: another thread would wait for its end, and it for that thread.
  void commit(Connection& db, const Write& write);

 private:
  enum class State { waiting, leading, committed, refused, on_its_own };
  struct Waiting {
    const Write& write;
    State state = State::waiting;
    std::condition_variable changed;
  };
  using All = std::vector<Waiting*>;

  static void tell(const All&, State);
  void write_alone(Connection&, const Write&);
  void write_all(Connection&, const All&);
  void settle(const All&, State);
  void refuse(const All&);
  void pass_on();

  std::mutex mutex_;
  All waiting_;
  bool led_ = false;  // somebody writes, or is about to
};

}  // namespace store
