#include "http/watchdog.hpp"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "http/client.hpp"

namespace http {

SocketWatch::~SocketWatch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void SocketWatch::opened(int descriptor) {
  const std::scoped_lock lock(mutex_);
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

unsigned long long SocketWatch::received() const {
  const std::scoped_lock lock(mutex_);
  tcp_info info{};
  socklen_t size = sizeof info;
  if (descriptor_ < 0 || ::getsockopt(descriptor_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_received;
}

bool SocketWatch::is_quiet() const {
  const std::scoped_lock lock(mutex_);
  pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return descriptor_ >= 0 && ::poll(&waiting, 1, 0) == 0;
}

void SocketWatch::shut_down() {
  const std::scoped_lock lock(mutex_);
  if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

Watchdog::~Watchdog() {
  {
    const std::scoped_lock lock(mutex_);
    done_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::add(Watch& watch) {
  const std::scoped_lock lock(mutex_);
  try {
    if (!thread_.joinable()) thread_ = std::thread([this] { look_around(); });
  } catch (const std::system_error&) {
    throw Unreachable("no request can be watched over: no further thread");
  }
  watches_.push_back(&watch);
  if (watch.deadline_ < wakes_at_) wake_.notify_one();
}

void Watchdog::remove(Watch& watch) {
  const std::scoped_lock lock(mutex_);
  std::erase(watches_, &watch);
}

std::chrono::steady_clock::time_point Watchdog::next_look() const {
  constexpr std::chrono::milliseconds look_again{250};
  if (watches_.empty()) return std::chrono::steady_clock::time_point::max();
  auto next = std::chrono::steady_clock::now() + look_again;
  for (const Watch* watch : watches_)
    if (*watch->reason_ == '\0') next = std::min(next, watch->deadline_);
  return next;
}

void Watchdog::look_around() {
  std::unique_lock lock(mutex_);
  while (!done_) {
    wakes_at_ = next_look();
    if (watches_.empty())
      wake_.wait(lock);
    else
      wake_.wait_until(lock, wakes_at_);
    const auto now = std::chrono::steady_clock::now();
    for (Watch* watch : watches_) watch->look(now);
  }
}

Watch::Watch(Watchdog& watchdog, SocketWatch& socket, std::chrono::steady_clock::time_point deadline,
             unsigned long long limit)
    : watchdog_(watchdog), socket_(socket), deadline_(deadline), limit_(limit), before_(socket.received()) {
  watchdog_.add(*this);
}

const char* Watch::reason() {
  const std::scoped_lock lock(watchdog_.mutex_);
  return reason_;
}

void Watch::look(std::chrono::steady_clock::time_point now) {
  const unsigned long long total = socket_.received();
  // A new connection counts from 0 again.
  const unsigned long long received = total >= before_ ? total - before_ : total;
  if (now >= deadline_) reason_ = "timed out";
  if (received > limit_) reason_ = "the answer is too large";
  if (*reason_ != '\0') socket_.shut_down();
}

}  // namespace http
