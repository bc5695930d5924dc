#include "gateway/doorman.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace gateway {
namespace {

using Clock = std::chrono::steady_clock;

int make_events() {
  const int events = ::epoll_create1(EPOLL_CLOEXEC);
  if (events < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return events;
}

void add(int events, int descriptor) {
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP, .data = {.fd = descriptor}};
  if (::epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

}  // namespace

Doorman::Doorman(Patience patience) : patience_(patience), events_(make_events()) {}

void Doorman::watch(int descriptor) { add(events_.get(), descriptor); }

void Doorman::admit(Descriptor connection, bool is_answered, std::chrono::milliseconds patience) {
  const int number = connection.get();
  const std::scoped_lock lock(mutex_);
  add(events_.get(), number);
  const Clock::time_point now = Clock::now();
  guests_[number] = {std::move(connection), is_answered, now + patience, now + patience_.silence};
  if (!is_answered) ++silent_;
}

void Doorman::hold_silent(Descriptor connection) { admit(std::move(connection), false, patience_.silence); }

void Doorman::see_out(Descriptor connection) {
  ::shutdown(connection.get(), SHUT_WR);
  admit(std::move(connection), true, patience_.farewell);
}

bool Doorman::has_ended(Guest& guest) const {
  std::array<char, 16384> rest;
  const ssize_t came = ::recv(guest.connection.get(), rest.data(), rest.size(), MSG_DONTWAIT);
  guest.until = std::min(Clock::now() + patience_.farewell, guest.at_the_latest);
  return came == 0 || (came < 0 && errno != EAGAIN && errno != EINTR);
}

std::vector<Descriptor> Doorman::wait(std::chrono::milliseconds limit) {
  std::array<epoll_event, 64> happened;
  const int count = ::epoll_wait(events_.get(), happened.data(), int(happened.size()), int(limit.count()));
  std::vector<Descriptor> speaking;
  const std::scoped_lock lock(mutex_);
  for (int i = 0; i < count; ++i) {
    const auto guest = guests_.find(happened[size_t(i)].data.fd);
    if (guest == guests_.end()) continue;
    if (!guest->second.is_answered) {
      ::epoll_ctl(events_.get(), EPOLL_CTL_DEL, guest->first, nullptr);
      speaking.push_back(std::move(guest->second.connection));
      guests_.erase(guest);
      --silent_;
    } else if (has_ended(guest->second)) {
      guests_.erase(guest);
    }
  }
  send_away_late();
  return speaking;
}

// Closing takes a connection out of the events, too.
void Doorman::send_away_late() {
  const Clock::time_point now = Clock::now();
  std::erase_if(guests_, [&](const auto& entry) {
    const bool is_late = entry.second.until <= now;
    if (is_late && !entry.second.is_answered) --silent_;
    return is_late;
  });
}

}  // namespace gateway
