#pragma once
// Private to gateway/: how many threads a FastCGI process has.
#include <atomic>
#include <functional>
#include <mutex>

#include "base/waiting.hpp"

namespace gateway {

/// As many threads as are set can work at once; they are started when they are needed, as many sites never
/// need more than two. One that waits for somebody outside does not count: another is started in its place,
/// and goes when there are too many. So a provider that takes long to answer holds up nobody who does not
/// need it.
class Crew final : public base::WaitObserver {
 public:
  /// How many may wait at once, for each thread that is set: what they hold must be bounded too.
  static constexpr int waits_per_thread = 4;
  /// One that works, and one that is there for who comes meanwhile.
  static constexpr int at_first = 2;

  /// `start_thread` starts one, which calls the functions below; it may throw.
  Crew(int threads, std::function<void()> start_thread);
  /// The first threads; no others before this.
  void start();
  /// Nobody stays from here on.
  void stop() { stopping_ = true; }
  bool empty() const { return threads_now_ == 0; }

  /// A thread has nothing to do, and has something again.
  void rest() { ++idle_; }
  void work();
  /// Whether the thread that asks is still wanted: one that is told no must go.
  bool stays();

  void began() override;
  void ended() noexcept override;

 private:
  void start_another();

  const int threads_;
  const std::function<void()> start_thread_;
  std::mutex mutex_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> threads_now_{0}, idle_{0}, waiting_{0};
};

}  // namespace gateway
