#include <iostream>

#include "commands/commands.hpp"

namespace commands {

int version(const Call&) {
  std::cout << "nextauth.fcgi 0.1.0\n";
  return 0;
}

}  // namespace commands
