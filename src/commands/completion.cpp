#include <algorithm>
#include <iostream>

#include "base/embedded.hpp"
#include "commands/commands.hpp"
#include "commands/output.hpp"

namespace commands {
namespace {

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : table()) names.emplace_back(command.name);
  return names;
}

/// What may stand in the place of the last of the words: commands, then options, then a command's own words.
std::vector<std::string> candidates(const std::vector<std::string>& words) {
  const std::string last = words.empty() ? "" : words.back();
  std::vector<std::string> all;
  if (words.size() < 2) {
    all = command_names();
  } else if (const Command* command = find(words[0])) {
    if (last.starts_with('-'))
      for (const auto* list : {&command->options, &common_options()})
        for (const Option& option : *list) all.emplace_back(option.name);
    else if (words.size() == 2)
      all = command->name == "help" ? command_names() : command->words;
  }
  std::erase_if(all, [&](const std::string& word) { return !word.starts_with(last); });
  return all;
}

int completion(const Call& call) {
  if (call.arguments.empty()) {
    const std::string_view script = base::embedded("scripts/completion.bash").value();
    if (call.json())
      print(base::Json::object({{"bash", script}}));
    else
      std::cout << script;
    return 0;
  }
  const std::vector<std::string> found = candidates(call.arguments);
  if (call.json())
    print(base::Json(base::Json::Array(found.begin(), found.end())));
  else
    for (const std::string& word : found) std::cout << word << "\n";
  return 0;
}

}  // namespace

Command completion_command() {
  return {.name = "completion",
          .arguments = "[-- WORD ...]",
          .help = "the completion of these commands for bash",
          .details =
              "Prints what bash has to be told: eval \"$(nextauth.fcgi completion)\", in ~/.bashrc say. With "
              "words,\n"
              "prints what may stand in the place of the last of them.",
          .examples = "completion\ncompletion -- users s",
          .options = {},
          .words = {},
          .run = completion};
}

}  // namespace commands
