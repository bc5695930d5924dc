#pragma once
// Private to the folder: who writes next into a file, among this process's threads.
//
// SQLite lets one write at a time, and has the others sleep and look again, after 1, 2, 5 and more
// milliseconds: with eight threads that write, nobody writes for much of the time. Here the next one begins
// as soon as the last one is done. Other processes wait as SQLite has them wait.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

namespace store {

class WriteTurns {
 public:
  /// Those of the file with this path, for all of this process.
  static WriteTurns& of(const std::string& path);

  /// Waits for its turn. False: another one has not ended his within this time.
  bool take(std::chrono::milliseconds at_most);
  void end() noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool taken_ = false;
};

}  // namespace store
