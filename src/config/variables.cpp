#include "config/reader.hpp"

namespace config {
namespace {

constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

std::string below(const std::string& pointer, const std::string& step) {
  std::string out = pointer;
  return out.append("/").append(step);
}

std::string replaced(std::string_view text, const std::string& pointer, const Environment& environment,
                     Notes& notes) {
  std::string out;
  for (size_t at = 0; (at = text.find("${")) != std::string_view::npos;) {
    out += text.substr(0, at);
    text.remove_prefix(at + 2);
    const size_t end = text.find_first_not_of(name_characters);
    if (end == 0 || end == std::string_view::npos || text[end] != '}') {
      notes.unknown(pointer, "\"${\" must be followed by the name of an environment variable and \"}\"");
      return out.append("${").append(text);
    }
    const std::string name(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (const auto value = environment(name)) {
      out += *value;
      notes.variables.emplace_back(name, *value);
    } else {
      notes.unknown(pointer, "the environment variable " + name + " is not set");
      // Something stands there, so it is not missing as well.
      out.append("${").append(name).append("}");
    }
  }
  return out.append(text);
}

}  // namespace

void replace_variables(base::Json& value, const std::string& pointer, const Environment& environment,
                       Notes& notes) {
  if (value.is_string() && value.text().find("${") != std::string::npos) {
    value = replaced(value.text(), pointer, environment, notes);
  } else if (value.is_object()) {
    for (auto& [key, member] : value.members())
      replace_variables(member, below(pointer, key), environment, notes);
  } else if (value.is_array()) {
    size_t index = 0;
    for (base::Json& element : value.elements())
      replace_variables(element, below(pointer, std::to_string(index++)), environment, notes);
  }
}

}  // namespace config
