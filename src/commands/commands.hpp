#pragma once
// The command line. Results on standard output, the rest on standard error; exit codes 0 (well), 1 (not), 2
// (misused).
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace commands {

/// What a command is given.
struct Call {
  std::vector<std::string> arguments;  // without the command's name
  std::filesystem::path beside;        // the executable's folder
};

struct Command {
  std::string_view name, help;
  int (*run)(const Call&);
};

/// All of them, in the order of `help`.
const std::vector<Command>& table();

/// Runs the command that the arguments name. The process's exit code.
int run(const std::vector<std::string>& arguments, const std::filesystem::path& beside);

int check(const Call&);
int help(const Call&);
int list_providers(const Call&);
int secret(const Call&);
int version(const Call&);

}  // namespace commands
