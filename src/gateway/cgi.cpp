#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/text.hpp"
#include "gateway/gateway.hpp"

namespace gateway {
namespace {

/// After a read or write that failed: whether it is worth another try. A web server may hand on descriptors
/// that are non-blocking; then it is waited for.
bool can_go_on(int descriptor, short event) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN) return false;
  pollfd asked{.fd = descriptor, .events = event, .revents = 0};
  return ::poll(&asked, 1, -1) > 0 || errno == EINTR;
}

size_t read_input(char* into, size_t size) {
  ssize_t came = 0;
  do came = ::read(STDIN_FILENO, into, size);
  while (came < 0 && can_go_on(STDIN_FILENO, POLLIN));
  return came > 0 ? size_t(came) : 0;
}

bool write_output(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && can_go_on(STDOUT_FILENO, POLLOUT)) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(size_t(written));
  }
  return true;
}

/// What is left of a body that was refused: a server that finds nobody to take it may drop the answer
/// (Apache's mod_cgid does). No more than was announced: standard input may stay open behind it.
void read_the_rest(unsigned long long already) {
  constexpr unsigned long long rest_limit = 16ULL << 20;  // bytes; a longer body's sender may lose the answer
  const char* announced = std::getenv("CONTENT_LENGTH");
  // "-1" announces nothing: it must not be waited for.
  const bool is_number = announced && base::is_digits(announced);
  const unsigned long long length = is_number ? std::strtoull(announced, nullptr, 10) : 0;
  std::array<char, 4096> rest;
  const unsigned long long end = std::min(length, already + rest_limit);
  while (already < end) {
    const size_t came = read_input(rest.data(), std::min<unsigned long long>(rest.size(), end - already));
    if (came == 0) return;
    already += came;
  }
}

}  // namespace

int run_cgi(const http::Limits& limits, const Handler& handler, const base::Log& log) {
  unsigned long long taken = 0;
  const Input input{.variables = environ, .body = [&taken](char* into, size_t size) {
                      const size_t came = read_input(into, size);
                      taken += came;
                      return came;
                    }};
  const std::string answer = serve(input, limits, handler, log);
  read_the_rest(taken);
  return write_output(answer) ? 0 : 1;
}

}  // namespace gateway
