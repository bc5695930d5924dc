#include <iostream>

#include "commands/commands.hpp"
#include "commands/output.hpp"
#include "crypto/crypto.hpp"

namespace commands {
namespace {

constexpr size_t bytes = 32;

int secret(const Call& call) {
  if (!call.arguments.empty()) throw Misuse("takes no arguments");
  const std::string made = crypto::random_hex(crypto::system_random(), bytes);
  if (call.json())
    print(base::Json::object({{"secret", made}}));
  else
    std::cout << made << "\n";
  return 0;
}

}  // namespace

Command secret_command() {
  return {.name = "secret",
          .arguments = "",
          .help = "make a secret for the configuration",
          .details = "32 random bytes in hex, for \"secret\", or NEXTAUTH_SECRET in the environment.",
          .examples = "secret",
          .options = {},
          .words = {},
          .run = secret};
}

}  // namespace commands
