// Templates and messages: the owner's files, where there are any, else the built-in ones.
#include <algorithm>

#include "base/embedded.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "routes/page.hpp"

namespace routes {
namespace {

namespace fs = std::filesystem;

constexpr size_t file_limit = size_t{1} << 20;  // bytes of one's own file
constexpr std::string_view messages_prefix = "templates/messages/";
constexpr std::string_view messages_suffix = ".json";

std::string messages_file(const std::string& language) {
  return "messages/" + language + std::string(messages_suffix);
}

std::optional<std::string> built_in(const std::string& name) {
  const auto text = base::embedded("templates/" + name);
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::optional<std::string> own(const PageOptions& options, const std::string& name) {
  if (options.templates.empty()) return {};
  try {
    return base::read_file(options.templates / name, file_limit);
  } catch (const std::runtime_error& error) {
    throw UnusableTemplate(name, 0, error.what());
  }
}

/// What one's own messages are added to: those of the language, of "pt" for "pt-BR", else English.
base::Json built_in_messages(std::string language) {
  language = base::lower(language);
  for (;;) {
    if (const auto text = built_in(messages_file(language))) return base::parse_json(*text);
    const size_t shorter = language.rfind('-');
    language = shorter == std::string::npos ? "en" : language.substr(0, shorter);
  }
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                              "0123456789-") == std::string_view::npos;
}

/// Of the owner's folder; the built-in ones are among them or not.
std::vector<std::string> own_languages(const PageOptions& options) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator file(options.templates / "messages", error), end; !error && file != end;
       file.increment(error))
    if (file->path().extension() == messages_suffix && is_tag(file->path().stem().string()))
      names.push_back(file->path().stem().string());
  std::sort(names.begin(), names.end());  // a folder has them in any order
  return names;
}

}  // namespace

UnusableTemplate::UnusableTemplate(std::string in_file, size_t at_line, std::string why)
    : ConfigError("templates: " + in_file + (at_line > 0 ? ":" + std::to_string(at_line) : "") + ": " + why),
      file(std::move(in_file)),
      line(at_line),
      reason(std::move(why)) {}

std::optional<std::string> page_file(const PageOptions& options, const std::string& name) {
  auto text = own(options, name);
  return text ? text : built_in(name);
}

std::vector<std::string> languages(const PageOptions& options) {
  std::vector<std::string> names;
  if (!options.templates.empty()) names = own_languages(options);
  for (std::string_view path : base::embedded_paths(messages_prefix)) {
    path.remove_prefix(messages_prefix.size());
    names.emplace_back(path.substr(0, path.size() - messages_suffix.size()));
  }
  return names;
}

base::Json read_messages(const PageOptions& options, const std::string& language) {
  base::Json messages = built_in_messages(language);
  const std::string name = messages_file(language);
  const auto text = own(options, name);
  if (!text) return messages;
  try {
    const base::Json given = base::parse_json(*text, {.comments = true});
    if (!given.is_object()) throw UnusableTemplate(name, 0, "must be an object of texts");
    for (const auto& [key, message] : given.members()) {
      if (!message.is_string()) throw UnusableTemplate(name, 0, "\"" + key + "\" must be a text");
      messages.set(key, message);
    }
  } catch (const base::JsonError& error) {
    throw UnusableTemplate(name, error.line, error.what());
  }
  return messages;
}

}  // namespace routes
