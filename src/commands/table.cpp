#include <algorithm>
#include <iostream>

#include "base/nearest.hpp"
#include "commands/commands.hpp"

namespace commands {

const std::vector<Command>& table() {
  static const std::vector<Command> commands{
      {"check", "read the configuration and name every problem in it", check},
      {"help", "this list", help},
      {"providers", "the providers of the catalogue, and the options each needs", list_providers},
      {"secret", "make a secret for the configuration", secret},
      {"version", "the version", version},
  };
  return commands;
}

int help(const Call&) {
  std::cout
      << "nextauth.fcgi serves the NextAuth.js v3 REST API. A web server starts it, by FastCGI or CGI.\n"
         "As a command:\n\n";
  for (const Command& command : table())
    std::cout << "  nextauth.fcgi " << command.name << std::string(12 - command.name.size(), ' ')
              << command.help << "\n";
  std::cout
      << "\nThe configuration is the file named by NEXTAUTH_CONFIG, else nextauth.json or .htnextauth.json\n"
         "beside the executable.\n";
  return 0;
}

int run(const std::vector<std::string>& arguments, const std::filesystem::path& beside) {
  const std::string name = arguments.empty() ? "help" : arguments.front();
  const bool asks_for_help = name == "--help" || name == "-h";
  const bool asks_for_version = name == "--version";
  const std::string wanted = asks_for_help ? "help" : asks_for_version ? "version" : name;
  const auto found =
      std::find_if(table().begin(), table().end(), [&](const Command& c) { return c.name == wanted; });
  if (found != table().end()) {
    const int code = found->run({{arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end()}, beside});
    // A full disk or a closed pipe must not look like success.
    return std::cout.flush() ? code : 1;
  }
  std::vector<std::string_view> names;
  for (const Command& command : table()) names.push_back(command.name);
  std::cerr << "nextauth.fcgi: there is no command \"" << name << "\"" << base::did_you_mean(name, names)
            << "; `nextauth.fcgi help` lists them\n";
  return 2;
}

}  // namespace commands
