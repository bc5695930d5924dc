#include "store/write_turns.hpp"

#include <map>

namespace store {

WriteTurns& WriteTurns::of(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, WriteTurns> files;  // a map's elements stay where they are
  const std::lock_guard lock(mutex);
  return files[path];
}

bool WriteTurns::take(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
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
