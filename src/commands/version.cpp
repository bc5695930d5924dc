#include <iostream>

#include "commands/commands.hpp"
#include "commands/output.hpp"

namespace commands {
namespace {

constexpr std::string_view number = "0.1.0";

int version(const Call& call) {
  if (!call.arguments.empty()) throw Misuse("takes no arguments");
  if (call.json())
    print(base::Json::object({{"name", "nextauth.fcgi"}, {"version", number}}));
  else
    std::cout << "nextauth.fcgi " << number << "\n";
  return 0;
}

}  // namespace

Command version_command() {
  return {.name = "version",
          .arguments = "",
          .help = "the version",
          .details = "",
          .examples = "version",
          .options = {},
          .words = {},
          .run = version};
}

}  // namespace commands
