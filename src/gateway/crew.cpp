#include "gateway/crew.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace gateway {

Crew::Crew(int threads, std::function<void()> start_thread)
    : threads_(threads), start_thread_(std::move(start_thread)) {}

void Crew::start() {
  for (int i = 0; i < std::min(threads_, at_first); ++i) {
    ++threads_now_;
    start_thread_();
  }
}

void Crew::work() {
  if (--idle_ == 0 && threads_now_ - waiting_ < threads_) {
    const std::scoped_lock lock(mutex_);
    start_another();
  }
}

bool Crew::stays() {
  if (!stopping_ && threads_now_ <= threads_) return true;  // as nearly always: no lock
  const std::scoped_lock lock(mutex_);
  if (!stopping_ && threads_now_ - waiting_ <= threads_) return true;
  --threads_now_;
  return false;
}

void Crew::began() {
  const std::scoped_lock lock(mutex_);
  if (waiting_ >= threads_ * waits_per_thread) throw base::Busy("too many requests wait for others already");
  ++waiting_;
  start_another();
}

void Crew::ended() noexcept { --waiting_; }

void Crew::start_another() {
  if (stopping_ || idle_ > 0 || threads_now_ - waiting_ >= threads_) return;
  ++threads_now_;
  try {
    start_thread_();
  } catch (const std::system_error&) {
    --threads_now_;  // the host allows no more: those that are there go on
  }
}

}  // namespace gateway
