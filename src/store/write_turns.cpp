#include "store/write_turns.hpp"

#include <map>
#include <thread>

namespace store {

WriteTurns& WriteTurns::of(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, WriteTurns> files;  // a map's elements stay where they are
  const std::lock_guard lock(mutex);
  return files[path];
}

bool WriteTurns::take(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  // A write takes no longer than going to sleep and being woken: who works meanwhile may be done with his.
  constexpr int politely = 20;
  for (int times = 0; taken_ && times < politely; ++times) {
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }
  if (!ended_.wait_for(lock, at_most, [this] { return !taken_; })) return false;
  taken_ = true;
  return true;
}

void WriteTurns::end() noexcept {
  {
    const std::lock_guard lock(mutex_);
    taken_ = false;
  }
  ended_.notify_one();
}

}  // namespace store
