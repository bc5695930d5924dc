#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"
#include "crypto/crypto.hpp"

namespace crypto {
namespace {

/// Linux before 3.17 has no getrandom(2).
ssize_t read_urandom(void* into, size_t size) {
  const int file = ::open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  const ssize_t got = ::read(file, into, size);
  const int error = errno;
  ::close(file);
  errno = error;
  return got;
}

/// getrandom(2) and not RAND_bytes: a CGI process that draws one token must not start up OpenSSL for it.
struct SystemRandom : Random {
  void fill(std::span<std::uint8_t> out) override {
    while (!out.empty()) {
      ssize_t got = ::getrandom(out.data(), out.size(), 0);
      if (got < 0 && errno == ENOSYS) got = read_urandom(out.data(), out.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) throw Error("no random bytes: neither getrandom(2) nor /dev/urandom");
      out = out.subspan(size_t(got));
    }
  }
};

}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

std::string random_bytes(Random& random, size_t bytes) {
  std::string out(bytes, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

std::string random_hex(Random& random, size_t bytes) { return base::to_hex(random_bytes(random, bytes)); }

}  // namespace crypto
