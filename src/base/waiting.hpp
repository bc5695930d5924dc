#pragma once
// Waiting for somebody outside: a provider, a mail server, another program. Whoever runs this thread may want
// to let another one work meanwhile.
#include <stdexcept>

namespace base {

/// Too many wait already.
struct Busy : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class WaitObserver {
 public:
  virtual ~WaitObserver() = default;
  /// A thread begins to wait, unless this throws Busy.
  virtual void began() = 0;
  virtual void ended() noexcept = 0;
};

/// This thread's waits are told to the observer while it lives. Without one nobody is told: CGI, commands.
class ObserveWaits {
 public:
  explicit ObserveWaits(WaitObserver&);
  ~ObserveWaits();
  ObserveWaits(const ObserveWaits&) = delete;
  ObserveWaits& operator=(const ObserveWaits&) = delete;

 private:
  WaitObserver* outer_;
};

/// While it lives this thread waits. One within another counts as one. Throws Busy.
class Waiting {
 public:
  Waiting();
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  WaitObserver* told_;
};

}  // namespace base
