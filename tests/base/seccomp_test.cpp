// What of a process that makes calls by other numbers than its own: sandbox_test.cpp has all the others.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/sandbox.hpp"

#if defined(__x86_64__)
namespace {

/// The error of getpid(2) by its number of 32 bits, which is another; 0 if it went well.
int call_of_32_bits() {
  int result = 20;
  asm volatile("int $0x80" : "+a"(result) : : "r8", "r9", "r10", "r11", "memory");
  return result < 0 ? -result : 0;
}

/// The same in a child; -1 if that did not come to its end.
int in_child(bool confined) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (confined) base::confine({});
    ::_exit(call_of_32_bits());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("calls by the numbers of 32 bits are refused") {
  if (in_child(false) != 0) return;  // not every kernel has them
  CHECK(in_child(true) == EPERM);
}
#endif
