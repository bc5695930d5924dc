#include "config/reader.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "base/text.hpp"

namespace config {
namespace {

/// "/providers/0/clientId" as people write it: providers[0].clientId
std::string as_path(const std::string& pointer) {
  std::string path;
  for (const std::string_view step : base::split(pointer, '/')) {
    if (step.empty()) continue;
    if (base::is_digits(step))
      path.append("[").append(step).append("]");
    else
      path.append(path.empty() ? "" : ".").append(step);
  }
  return path;
}

}  // namespace

std::string Problem::text() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line);
  if (!out.empty()) out += ": ";
  if (warning) out += "warning: ";
  if (!key.empty()) out += key + ": ";
  return out + message;
}

bool any_error(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return !problem.warning; });
}

bool Loaded::usable() const { return !any_error(problems); }

size_t Notes::line_of(std::string pointer) {
  if (!lines_) {
    lines_.emplace();
    try {
      base::parse_json(text, file_syntax, *lines_);
    } catch (const base::JsonError& error) {
      lines_->insert_or_assign("", error.line);
    }
  }
  auto found = lines_->find(pointer);
  while (found == lines_->end() && !pointer.empty()) {
    pointer.resize(pointer.rfind('/'));
    found = lines_->find(pointer);
  }
  return found == lines_->end() ? 0 : found->second;
}

/// As the file has it: "${NAME}", which may be a secret in the wrong place.
std::string Notes::without_values(std::string message) const {
  constexpr size_t least = 8;  // bytes of a secret; shorter ones would be found in words
  for (const auto& [name, value] : variables)
    if (value.size() >= least)
      message = base::replace_all(message, value, std::string("${").append(name).append("}"));
  return message;
}

/// It is of the same value, or of one of that provider that does not stand in the file but is made of others.
bool Notes::follows_from_unknown(const std::string& pointer) const {
  return std::any_of(unknown_.begin(), unknown_.end(), [&](const std::string& one) {
    const size_t last = one.rfind('/');
    const bool beside = last > 0 && pointer.starts_with(one.substr(0, last + 1));
    return pointer == one || (beside && !lines_->contains(pointer));
  });
}

void Notes::add(const std::string& pointer, const std::string& message, bool warning) {
  for (const auto& [key, variable] : overridden)
    if (pointer == key)  // the file's own value may be good
      return problems.push_back(
          {"", 0, as_path(pointer), variable + " in the environment: " + message, warning});
  problems.push_back(
      {file, text.empty() ? 0 : line_of(pointer), as_path(pointer), without_values(message), warning});
}

void Notes::error(const std::string& pointer, const std::string& message) {
  if (!follows_from_unknown(pointer)) add(pointer, message, false);
}

void Notes::warn(const std::string& pointer, const std::string& message) {
  if (!follows_from_unknown(pointer)) add(pointer, message, true);
}

void Notes::unknown(const std::string& pointer, const std::string& message) {
  add(pointer, message, false);
  unknown_.push_back(pointer);
}

Reader::Reader(const base::Json& object, std::string pointer, Notes& notes,
               const std::vector<std::string_view>& known)
    : object_(object), pointer_(std::move(pointer)), notes_(notes) {
  for (const auto& [key, value] : object.members()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    complain(key, "unknown key" + base::did_you_mean(key, known));
  }
}

void Reader::text(std::string_view key, std::string& out) const {
  const base::Json* value = find(key);
  if (!value) return;
  if (!value->is_string()) return complain(key, "must be a text in quotes");
  if (base::has_control(value->text())) return complain(key, "must not contain control characters");
  out = value->text();
}

void Reader::boolean(std::string_view key, bool& out) const {
  const base::Json* value = find(key);
  if (!value) return;
  if (!value->is_bool()) return complain(key, "must be true or false");
  out = value->boolean();
}

void Reader::one_of(std::string_view key, const std::vector<std::string_view>& words,
                    std::string& out) const {
  const base::Json* value = find(key);
  if (!value) return;
  if (value->is_string() && std::find(words.begin(), words.end(), value->text()) != words.end()) {
    out = value->text();
    return;
  }
  std::string list;
  for (const std::string_view word : words)
    list.append(list.empty() ? "\"" : ", \"").append(word).append("\"");
  complain(key, "must be one of " + list);
}

const base::Json* Reader::object(std::string_view key) const {
  const base::Json* value = find(key);
  if (value && !value->is_object()) {
    complain(key, "must be an object: { … }");
    return nullptr;
  }
  return value;
}

std::optional<long long> Reader::read_number(std::string_view key, long long least, long long most) const {
  const base::Json* value = find(key);
  if (!value) return {};
  if (value->is_integer() && value->integer() >= least && value->integer() <= most) return value->integer();
  complain(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return {};
}

}  // namespace config
