#pragma once
// Private to http/: ends a connection that takes too long or brings too much, whatever state it is in.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace http {

/// A second descriptor of a connection's socket: still ours when the library has closed its own, so that the
/// number cannot mean somebody else's connection by then.
class SocketWatch {
 public:
  SocketWatch() = default;
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;
  ~SocketWatch();
  /// The library has opened this socket.
  void opened(int descriptor);
  /// Bytes received on it so far; 0 where the system does not tell.
  unsigned long long received() const;
  /// Nothing has come that is still to be read, nor the other side's end. false before a socket is opened.
  bool is_quiet() const;
  void shut_down();

 private:
  mutable std::mutex mutex_;
  int descriptor_ = -1;
};

/// While it lives: shuts the socket down when the time is over or more than `limit` bytes have come.
/// A timeout for each read alone would let a provider that drips bytes hold a request for ever, and the
/// library sets no bound to the number of header lines.
class Watchdog {
 public:
  Watchdog(SocketWatch&, std::chrono::steady_clock::time_point deadline, unsigned long long limit);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  /// Why it bit: "" if it did not.
  const char* reason();

 private:
  void watch();

  SocketWatch& socket_;
  std::chrono::steady_clock::time_point deadline_;
  unsigned long long limit_, before_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  const char* reason_ = "";
  std::thread thread_;
};

}  // namespace http
