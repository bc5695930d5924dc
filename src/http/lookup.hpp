#pragma once
// Private to http/: host names to addresses, in bounded time.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace http {

/// The system's look-ups have no time limit of ours, and cannot be broken off: a name server that is silent
/// holds one for half a minute and more. So each has a thread of its own, which is left behind when it takes
/// too long.
class Lookups {
 public:
  using Resolver = std::function<std::vector<std::string>(const std::string& host)>;
  using Deadline = std::chrono::steady_clock::time_point;
  static constexpr int limit = 64;  // look-ups at once, those left behind among them

  /// The system's, or another, which may throw nothing and may be asked after this has gone.
  explicit Lookups(Resolver);
  Lookups();

  /// In the order to be tried; empty if there is no such name. Throws Unreachable if it takes too long, or
  /// too many are under way.
  std::vector<std::string> addresses(const std::string& host, Deadline) const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace http
