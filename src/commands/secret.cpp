#include <iostream>

#include "commands/commands.hpp"
#include "crypto/crypto.hpp"

namespace commands {

/// 32 random bytes in hex, for "secret" in the configuration.
int secret(const Call&) {
  std::cout << crypto::random_hex(crypto::system_random(), 32) << "\n";
  return 0;
}

}  // namespace commands
