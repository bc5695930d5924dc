#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "gateway/gateway.hpp"

namespace gateway {
namespace {

size_t read_input(char* into, size_t size) {
  ssize_t came = 0;
  do came = ::read(STDIN_FILENO, into, size);
  while (came < 0 && errno == EINTR);
  return came > 0 ? size_t(came) : 0;
}

bool write_output(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(size_t(written));
  }
  return true;
}

}  // namespace

int run_cgi(const http::Limits& limits, const Handler& handler) {
  const Input input{.variable = [](const char* name) -> std::optional<std::string_view> {
                      const char* value = std::getenv(name);
                      return value ? std::optional<std::string_view>(value) : std::nullopt;
                    },
                    .all =
                        [](const auto& each) {
                          for (char** entry = environ; *entry; ++entry) each(*entry);
                        },
                    .body = read_input};
  return write_output(serve(input, limits, handler)) ? 0 : 1;
}

}  // namespace gateway
