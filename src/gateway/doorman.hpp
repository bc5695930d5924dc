#pragma once
// Private to gateway/: looks after connections that no thread should wait for.
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "gateway/descriptor.hpp"

namespace gateway {

/// How long a web server may take.
struct Patience {
  std::chrono::milliseconds silence{
      30000};  // from connecting to a request's first byte, and for all of it then
  std::chrono::milliseconds farewell{2000};   // with the rest of a request that was answered before its end
  std::chrono::milliseconds last_call{5000};  // with all of a request, once this process was told to stop
};

/// Holds connections that are silent, until they speak, and such as were answered before all of their request
/// had been read, until they end: closed at once, those might lose the answer. For many threads at once, but
/// wait(), which is for one.
class Doorman {
 public:
  explicit Doorman(Patience = {});

  /// A connection that has said nothing yet.
  void hold_silent(Descriptor);
  /// One that was answered.
  void see_out(Descriptor);
  bool holds_silent() const { return silent_ > 0; }

  /// Waits so long, or until something happens: the silent connections that speak now.
  std::vector<Descriptor> wait(std::chrono::milliseconds);
  /// Also ends a wait when this can be read.
  void watch(int descriptor);

 private:
  struct Guest {
    Descriptor connection;
    bool is_answered;
    std::chrono::steady_clock::time_point until, at_the_latest;
  };
  void admit(Descriptor, bool is_answered, std::chrono::milliseconds);
  /// Takes what an answered one still has to say; true when it has ended.
  bool has_ended(Guest&) const;
  void send_away_late();

  const Patience patience_;
  const Descriptor events_;
  std::mutex mutex_;
  std::map<int, Guest> guests_;
  std::atomic<size_t> silent_{0};
};

}  // namespace gateway
