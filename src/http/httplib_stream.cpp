#include "http/httplib_stream.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace http {
namespace {

constexpr int at_most = 1 << 20;  // bytes in one call: SSL_read counts in int

bool is_ready(socket_t descriptor, short what) {
  timeval limit{};
  socklen_t size = sizeof limit;
  ::getsockopt(descriptor, SOL_SOCKET, what == POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO, &limit, &size);
  const long milliseconds = limit.tv_sec * 1000 + limit.tv_usec / 1000;
  pollfd descriptors{.fd = descriptor, .events = what, .revents = 0};
  return ::poll(&descriptors, 1, milliseconds > 0 ? int(milliseconds) : -1) > 0;
}

/// The status line of an answer that another follows: any 1xx but 101.
bool is_interim(std::string_view line) {
  constexpr std::string_view beginning = "HTTP/1.1 1";
  return line.starts_with(beginning) && !line.starts_with("HTTP/1.1 101");
}

}  // namespace

bool BoundedStream::is_readable() const { return has_more() || is_ready(descriptor_, POLLIN); }

bool BoundedStream::is_writable() const { return is_ready(descriptor_, POLLOUT); }

std::string_view BoundedStream::peek_line() {
  for (;;) {
    const std::string_view came(buffer_.data() + taken_, have_ - taken_);
    if (const size_t end = came.find('\n'); end != std::string_view::npos) return came.substr(0, end + 1);
    std::memmove(buffer_.data(), came.data(), came.size());
    taken_ = 0;
    have_ = came.size();
    const ssize_t more = have_ < buffer_.size() ? receive(buffer_.data() + have_, buffer_.size() - have_) : 0;
    if (more <= 0) return {};
    have_ += size_t(more);
  }
}

void BoundedStream::skip_interim_answers() {
  std::string_view line = peek_line();
  while (is_interim(line)) {
    while (!line.empty() && line != "\r\n") {  // its headers
      taken_ += line.size();
      line = peek_line();
    }
    taken_ += line.size();
    line = peek_line();
  }
}

// The head is read byte by byte: from here, not with a system call for each.
ssize_t BoundedStream::read(char* into, size_t size) {
  if (is_beginning_) skip_interim_answers();
  is_beginning_ = false;
  if (taken_ == have_) {
    if (size >= buffer_.size()) return receive(into, size);
    const ssize_t came = receive(buffer_.data(), buffer_.size());
    if (came <= 0) return came;
    taken_ = 0;
    have_ = size_t(came);
  }
  const size_t some = std::min(size, have_ - taken_);
  std::memcpy(into, buffer_.data() + taken_, some);
  taken_ += some;
  return size == 1 && is_too_long(*into) ? -1 : ssize_t(some);
}

ssize_t BoundedStream::receive(char* into, size_t size) {
  if (left_ == 0) return -1;
  const ssize_t came = receive_some(into, std::min(size, left_));
  if (came > 0) left_ -= size_t(came);
  return came;
}

ssize_t BoundedStream::receive_some(char* into, size_t size) {
  const size_t some = std::min<size_t>(size, at_most);
  if (tls_) return SSL_read(tls_, into, int(some));
  for (;;) {
    const ssize_t came = ::recv(descriptor_, into, some, 0);
    if (came >= 0 || errno != EINTR) return came;
  }
}

// Only lines are read byte by byte.
bool BoundedStream::is_too_long(char next) {
  constexpr std::string_view beginning = "HTTP/";
  if (next == '\n') {
    length_ = 0;
    is_status_ = true;
    return false;
  }
  if (length_ < beginning.size() && next != beginning[length_]) is_status_ = false;
  ++length_;
  return length_ > (is_status_ ? status_line_limit : header_line_limit);
}

ssize_t BoundedStream::write(const char* bytes, size_t size) {
  const size_t some = std::min<size_t>(size, at_most);
  if (tls_) return SSL_write(tls_, bytes, int(some));
  for (;;) {
    const ssize_t gone = ::send(descriptor_, bytes, some, MSG_NOSIGNAL);
    if (gone >= 0 || errno != EINTR) return gone;
  }
}

// The library fills in REMOTE_ADDR and the like with them, which nobody reads here.
void BoundedStream::get_remote_ip_and_port(std::string&, int&) const {}
void BoundedStream::get_local_ip_and_port(std::string&, int&) const {}

}  // namespace http
