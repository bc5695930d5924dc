#include <iostream>

#include "commands/commands.hpp"
#include "commands/output.hpp"

namespace commands {
namespace {

constexpr size_t name_width = 12;
constexpr size_t option_width = 24;

/// Every line with this before it.
std::string indented(std::string_view lines, std::string_view prefix) {
  std::string out;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    out.append(prefix).append(lines.substr(0, end)).append("\n");
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

base::Json to_json(const Command& command) {
  base::Json options = base::Json::array();
  for (const auto* list : {&command.options, &common_options()})
    for (const Option& option : *list)
      options.elements().push_back(
          base::Json::object({{"name", option.name},
                              {"value", option.value.empty() ? base::Json() : base::Json(option.value)},
                              {"help", option.help}}));
  return base::Json::object({{"name", command.name},
                             {"usage", usage(command)},
                             {"help", command.help},
                             {"details", command.details},
                             {"options", options}});
}

void list_all() {
  std::cout
      << "nextauth.fcgi serves the NextAuth.js v3 REST API. A web server starts it, by FastCGI or CGI.\n"
         "As a command:\n\n";
  for (const Command& command : table())
    std::cout << "  nextauth.fcgi " << padded(std::string(command.name), name_width) << command.help << "\n";
  std::cout
      << "\n`nextauth.fcgi COMMAND --help` says more. Results are written to standard output, the rest to\n"
         "standard error; the exit code is 0 (well), 1 (not) or 2 (misused).\n\n"
         "The configuration is the file named by NEXTAUTH_CONFIG, else nextauth.json or .htnextauth.json\n"
         "beside the executable.\n";
}

const Command& named(const std::string& name) {
  if (const Command* command = find(name)) return *command;
  throw Misuse("there is no command \"" + name + "\"");
}

int help(const Call& call) {
  if (call.arguments.size() > 1) throw Misuse("one command at a time");
  if (call.json()) {
    base::Json all = base::Json::array();
    for (const Command& command : table())
      if (call.arguments.empty() || call.arguments[0] == command.name)
        all.elements().push_back(to_json(command));
    if (all.elements().empty()) named(call.arguments[0]);
    print(all);
  } else if (call.arguments.empty()) {
    list_all();
  } else {
    std::cout << manual(named(call.arguments[0]));
  }
  return 0;
}

}  // namespace

std::string with_value(const Option& option) {
  std::string text(option.name);
  if (!option.value.empty()) text.append(" ").append(option.value);
  return text;
}

std::string usage(const Command& command) {
  std::string text = "usage: nextauth.fcgi " + std::string(command.name);
  if (!command.arguments.empty()) text.append(" ").append(command.arguments);
  for (const Option& option : command.options) text += " [" + with_value(option) + "]";
  return text + " [--json]";
}

std::string manual(const Command& command) {
  std::string text =
      usage(command) + "\n\n" + std::string(command.name) + ": " + std::string(command.help) + "\n";
  if (!command.details.empty()) text.append("\n").append(command.details).append("\n");
  text += "\noptions:\n";
  for (const auto* list : {&command.options, &common_options()})
    for (const Option& option : *list)
      text += "  " + padded(with_value(option), option_width) + std::string(option.help) + "\n";
  text += "\nexamples:\n" + indented(command.examples, "  nextauth.fcgi ");
  return text + "\nexit code: 0 well, 1 not, 2 misused\n";
}

Command help_command() {
  return {.name = "help",
          .arguments = "[COMMAND]",
          .help = "this list, or what a command does",
          .details = "",
          .examples = "help\nhelp users\nhelp --json",
          .options = {},
          .words = {},
          .run = help};
}

}  // namespace commands
