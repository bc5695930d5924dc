#include <algorithm>
#include <charconv>

#include "base/nearest.hpp"
#include "commands/commands.hpp"

namespace commands {
namespace {

const Option& find_option(const Command& command, std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto* list : {&command.options, &common_options()})
    for (const Option& option : *list) {
      if (option.name == name || (name == "-h" && option.name == "--help")) return option;
      names.push_back(option.name);
    }
  throw Misuse("there is no option \"" + std::string(name) + "\"" + base::did_you_mean(name, names));
}

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

}  // namespace

const std::vector<Option>& common_options() {
  static const std::vector<Option> options{{"--json", "", "the result as JSON, for programs"},
                                           {"--help", "", "what you read here"}};
  return options;
}

std::optional<std::string> Call::value(std::string_view option) const {
  const auto found = options.find(option);
  return found == options.end() ? std::nullopt : std::optional(found->second);
}

size_t Call::number(std::string_view option, size_t otherwise, size_t least, size_t most) const {
  const auto text = value(option);
  if (!text) return otherwise;
  size_t number = 0;
  const char* end = text->data() + text->size();
  const auto [last, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc{} || last != end || number < least || number > most)
    throw Misuse(std::string(option) + " must be a number from " + std::to_string(least) + " to " +
                 std::to_string(most));
  return number;
}

Call read_call(const Command& command, const std::vector<std::string>& words,
               const std::filesystem::path& beside) {
  Call call{command, {}, {}, beside};
  bool options_end = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!options_end && word == "--") {
      options_end = true;
      continue;
    }
    if (options_end || !is_option(word)) {
      call.arguments.push_back(word);
      continue;
    }
    const size_t equals = word.find('=');
    const Option& option = find_option(command, std::string_view(word).substr(0, equals));
    const std::string name(option.name);
    if (call.has(name)) throw Misuse(name + " is there twice");
    std::string& value = call.options[name];
    if (option.value.empty()) {
      if (equals != std::string::npos) throw Misuse(name + " takes no value");
    } else if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (++i < words.size()) {
      value = words[i];
    } else {
      throw Misuse(name + " needs a value: " + with_value(option));
    }
  }
  return call;
}

}  // namespace commands
