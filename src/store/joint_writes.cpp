#include "store/joint_writes.hpp"

#include <utility>

namespace store {

// Under the lock: once it knows, it is gone.
void JointWrites::tell(const All& all, State state) {
  for (Waiting* one : all) {
    one->state = state;
    one->changed.notify_one();
  }
}

void JointWrites::settle(const All& all, State state) {
  const std::lock_guard lock(mutex_);
  tell(all, state);
}

void JointWrites::refuse(const All& all) {
  const std::lock_guard lock(mutex_);
  tell(all, State::refused);
  tell(waiting_, State::refused);
  waiting_.clear();
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
  } catch (const Locked&) {
    refuse({});
    throw;
  }
}

void JointWrites::write_all(Connection& db, const All& all) {
  try {
    Transaction transaction(db);
    for (const Waiting* one : all) one->write(db);
    transaction.commit();
    settle(all, State::committed);
  } catch (const Locked&) {
    refuse(all);
  } catch (const std::exception&) {
    settle(all, State::on_its_own);
  }
}

void JointWrites::commit(Connection& db, const Write& write) {
  Waiting own{write, {}, {}};
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
  if (own.state == State::refused) throw Locked(db.place());
  if (own.state == State::on_its_own) write(db);
}

}  // namespace store
