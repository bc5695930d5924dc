#include <algorithm>
#include <iostream>

#include "base/nearest.hpp"
#include "commands/commands.hpp"
#include "commands/output.hpp"

namespace commands {
namespace {

int complain(const std::string& who, const std::string& why, const std::string& advice) {
  std::cerr << who << ": " << why << "\n" << advice << "\n";
  return 2;
}

int unknown(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Command& command : table()) names.push_back(command.name);
  std::cerr << "nextauth.fcgi: there is no command \"" << name << "\"" << base::did_you_mean(name, names)
            << "; `nextauth.fcgi help` lists them\n";
  return 2;
}

int run(const Command& command, const std::vector<std::string>& words, const std::filesystem::path& beside) {
  const Output output;
  int code = 0;
  try {
    const Call call = read_call(command, words, beside);
    if (call.has("--help"))
      std::cout << manual(command);
    else
      code = command.run(call);
    std::cout.flush();
  } catch (const Misuse& error) {
    return complain("nextauth.fcgi " + std::string(command.name), error.what(), usage(command));
  } catch (const ReaderGone&) {
    return 1;  // which is nothing to complain of
  }
  return code;
}

}  // namespace

const std::vector<Command>& table() {
  static const std::vector<Command> commands{
      check_command(),    completion_command(), doctor_command(),    gc_command(),      help_command(),
      import_command(),   migrate_command(),    providers_command(), routes_command(),  secret_command(),
      sessions_command(), snippet_command(),    users_command(),     version_command(),
  };
  return commands;
}

const Command* find(std::string_view name) {
  const auto found =
      std::find_if(table().begin(), table().end(), [&](const Command& c) { return c.name == name; });
  return found == table().end() ? nullptr : &*found;
}

int run(const std::vector<std::string>& arguments, const std::filesystem::path& beside) {
  std::string name = arguments.empty() ? "help" : arguments.front();
  if (name == "--help" || name == "-h") name = "help";
  if (name == "--version") name = "version";
  const Command* command = find(name);
  if (!command) return unknown(name);
  return run(*command, {arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end()}, beside);
}

}  // namespace commands
