#pragma once
// The command line. Results on standard output, the rest on standard error; exit codes 0 (well), 1 (not), 2
// (misused).
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace commands {

struct Option {
  std::string_view name;   // "--limit"
  std::string_view value;  // "N", as the usage shows it; "" for one that takes none
  std::string_view help;
};

struct Command;

/// What a command is given.
struct Call {
  const Command& command;
  std::vector<std::string> arguments;                       // without the command's name and options
  std::map<std::string, std::string, std::less<>> options;  // by name; "" for one that takes no value
  std::filesystem::path beside;                             // the executable's folder

  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  bool json() const { return has("--json"); }
  std::optional<std::string> value(std::string_view option) const;
  /// Throws Misuse if the value is no number from `least` to `most`.
  size_t number(std::string_view option, size_t otherwise, size_t least, size_t most) const;
};

struct Command {
  std::string_view name;
  std::string_view arguments;  // as the usage line has them: "FILE"; "" for none
  std::string_view help;       // a line
  std::string_view details;    // what `--help` says besides
  std::string_view examples;   // lines without "nextauth.fcgi " before them
  std::vector<Option> options;
  std::vector<std::string> words;  // that the first argument may be, for completion
  int (*run)(const Call&);
};

/// The command line makes no sense; what() says why. Exit code 2, with the usage.
struct Misuse : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// It cannot be done; what() says why. Exit code 1.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// All of them, in the order of `help`.
const std::vector<Command>& table();
/// Null pointer if there is none of that name.
const Command* find(std::string_view name);
/// `--json` and `--help`, which every command has.
const std::vector<Option>& common_options();

/// Runs the command that the arguments name. The process's exit code.
int run(const std::vector<std::string>& arguments, const std::filesystem::path& beside);

/// "--limit N"
std::string with_value(const Option&);
/// "usage: nextauth.fcgi users [list | show WHO] [--limit N] [--json]"
std::string usage(const Command&);
/// What `nextauth.fcgi COMMAND --help` says.
std::string manual(const Command&);
/// Throws Misuse for an option that the command does not have, naming the nearest one, or one without its
/// value.
Call read_call(const Command&, const std::vector<std::string>& words, const std::filesystem::path& beside);

// One file each.
Command check_command();
Command completion_command();
Command doctor_command();
Command gc_command();
Command help_command();
Command import_command();
Command migrate_command();
Command providers_command();
Command routes_command();
Command secret_command();
Command sessions_command();
Command snippet_command();
Command users_command();
Command version_command();

}  // namespace commands
