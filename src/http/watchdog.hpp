#pragma once
// Private to http/: ends a connection that takes too long or brings too much, whatever state it is in.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

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

class Watch;

/// Looks after all requests that are under way, in one thread, which begins with the first of them. It is not
/// woken for each, as most are answered before they would be looked at: that would take a tenth of what a
/// sign-in takes.
class Watchdog {
 public:
  Watchdog() = default;
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  friend class Watch;
  void add(Watch&);
  void remove(Watch&);
  void look_around();
  std::chrono::steady_clock::time_point next_look() const;

  std::mutex mutex_;  // of what watches found, too
  std::condition_variable wake_;
  bool done_ = false;
  std::vector<Watch*> watches_;
  std::chrono::steady_clock::time_point wakes_at_ = std::chrono::steady_clock::time_point::max();
  std::thread thread_;
};

/// While it lives: shuts the socket down when the time is over or more than `limit` bytes have come.
/// A timeout for each read alone would let a provider that drips bytes hold a request for ever, and the
/// library sets no bound to the number of header lines. The time is kept to the moment; bytes are looked at
/// now and then, as BoundedStream counts those that are read.
class Watch {
 public:
  /// Throws Unreachable where the host allows no thread.
  Watch(Watchdog&, SocketWatch&, std::chrono::steady_clock::time_point deadline, unsigned long long limit);
  ~Watch() { watchdog_.remove(*this); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  /// Why it bit: "" if it did not.
  const char* reason();

 private:
  friend class Watchdog;
  void look(std::chrono::steady_clock::time_point now);

  Watchdog& watchdog_;
  SocketWatch& socket_;
  std::chrono::steady_clock::time_point deadline_;
  unsigned long long limit_, before_;
  const char* reason_ = "";
};

}  // namespace http
