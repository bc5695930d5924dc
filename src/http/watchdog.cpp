#include "http/watchdog.hpp"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

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

Watchdog::Watchdog(SocketWatch& socket, std::chrono::steady_clock::time_point deadline,
                   unsigned long long limit)
    : socket_(socket), deadline_(deadline), limit_(limit), before_(socket.received()), thread_([this] {
        watch();
      }) {}

Watchdog::~Watchdog() {
  {
    const std::scoped_lock lock(mutex_);
    done_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

const char* Watchdog::reason() {
  const std::scoped_lock lock(mutex_);
  return reason_;
}

void Watchdog::watch() {
  constexpr std::chrono::milliseconds look_again{20};
  std::unique_lock lock(mutex_);
  while (!done_) {
    const auto now = std::chrono::steady_clock::now();
    const unsigned long long total = socket_.received();
    // A new connection counts from 0 again.
    const unsigned long long received = total >= before_ ? total - before_ : total;
    if (now >= deadline_) reason_ = "timed out";
    if (received > limit_) reason_ = "the answer is too large";
    if (*reason_ != '\0') socket_.shut_down();
    wake_.wait_until(lock, std::max(now + look_again, std::min(deadline_, now + look_again)));
  }
}

}  // namespace http
