#include "store/joint_writes.hpp"

#include <utility>

namespace store {

// Each is told under the lock: once it knows, it is gone.
void JointWrites::settle(const All& all, State state) {
  const std::lock_guard lock(mutex_);
  for (Waiting* one : all) {
    one->state = state;
    one->changed.notify_one();
  }
}

void JointWrites::refuse(All all, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    all.insert(all.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
    for (Waiting* one : all) one->why = why;
  }
  settle(all, State::refused);
}

/// The first that came meanwhile leads the next.
void JointWrites::pass_on() {
  const std::lock_guard lock(mutex_);
  led_ = !waiting_.empty();
  if (!led_) return;
  waiting_.front()->state = State::leading;
  waiting_.front()->changed.notify_one();
}

void JointWrites::write_alone(Connection& db, const Write& write) {
  try {
    write(db);
  } catch (const Locked& error) {
    refuse({}, error.what());
    throw;
  }
}

void JointWrites::write_all(Connection& db, const All& all) {
  try {
    Transaction transaction(db);
    for (const Waiting* one : all) one->write(db);
    transaction.commit();
    settle(all, State::committed);
  } catch (const Locked& error) {
    refuse(all, error.what());
  } catch (const std::exception&) {
    settle(all, State::on_its_own);
  }
}

void JointWrites::commit(Connection& db, const Write& write) {
  Waiting own{write, {}, {}, {}};
  All all;
  {
    std::unique_lock lock(mutex_);
    waiting_.push_back(&own);
    if (!std::exchange(led_, true)) own.state = State::leading;
    own.changed.wait(lock, [&] { return own.state != State::waiting; });
    if (own.state == State::leading) all = std::exchange(waiting_, {});
  }
  if (!all.empty()) {
    const std::unique_ptr<JointWrites, decltype([](JointWrites* led) { led->pass_on(); })> at_end(this);
    if (all.size() == 1) return write_alone(db, write);
    write_all(db, all);
  }
  if (own.state == State::refused) throw Locked(own.why);
  if (own.state == State::on_its_own) write(db);
}

}  // namespace store
