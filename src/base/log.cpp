#include "base/log.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>

#include "base/json.hpp"
#include "base/text.hpp"

namespace base {
namespace {

thread_local LogSink* current_sink = nullptr;

constexpr std::array level_names{"debug", "info", "warn", "error"};

/// The first byte of U+0080–U+009F: some terminals obey them as they do an escape character.
bool begins_c1(std::string_view text, size_t at) {
  return text[at] == '\xC2' && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

bool is_of_c1(std::string_view text, size_t at) {
  return begins_c1(text, at) || (at > 0 && begins_c1(text, at - 1));
}

/// Control characters, quotes and backslashes escaped; invalid UTF-8 byte by byte: no line can be forged.
std::string quoted(std::string_view value) {
  const bool utf8 = is_utf8(value);
  std::string out = "\"";
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || (!utf8 && byte >= 0x80) || is_of_c1(value, i)) {
      std::array<char, 8> hex{};
      (void)std::snprintf(hex.data(), hex.size(), "\\x%02x", byte);
      out += hex.data();
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

bool is_plain(std::string_view value) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/@+,?&%";
  return !value.empty() && value.find_first_not_of(plain) == std::string_view::npos;
}

std::string text_line(Time now, Level level, std::string_view code, std::initializer_list<LogField> fields) {
  std::string line = iso8601(now) + " " + level_names.at(size_t(level)) + " " + std::string(code);
  for (const LogField& field : fields) {
    const std::string_view value = cut(field.value, Log::value_limit);
    line.append(" ").append(field.key).append("=").append(is_plain(value) ? std::string(value)
                                                                          : quoted(value));
  }
  return line;
}

/// JSON lets DEL and U+0080–U+009F stand as they are.
std::string without_controls(std::string_view json) {
  std::string out;
  for (size_t i = 0; i < json.size(); ++i) {
    if (json[i] != '\x7F' && !begins_c1(json, i)) {
      out += json[i];
      continue;
    }
    if (json[i] != '\x7F') ++i;
    out.append("\\u00").append(to_hex(json.substr(i, 1)));
  }
  return out;
}

std::string json_line(Time now, Level level, std::string_view code, std::initializer_list<LogField> fields) {
  Json line =
      Json::object({{"time", iso8601(now)}, {"level", level_names.at(size_t(level))}, {"code", code}});
  for (const LogField& field : fields) {
    const std::string_view value = cut(field.value, Log::value_limit);
    line.set(field.key, is_utf8(value) ? std::string(value) : quoted(value));
  }
  return without_controls(to_json(line));
}

void write_all(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written <= 0) return;  // there is nobody left to tell
    line.remove_prefix(size_t(written));
  }
}

}  // namespace

void Log::write(Level level, std::string_view code, std::initializer_list<LogField> fields) const {
  if (level == Level::debug && !options_.debug) return;
  const Time now = clock_.now();
  const auto to_line = options_.json ? json_line : text_line;
  std::string line = to_line(now, level, code, fields);
  if (line.size() > line_limit)
    line = to_line(now, level, code, {{"note", "fields left out: line too long"}});
  line += '\n';
  if (current_sink)
    current_sink->write_(line);
  else
    write_all(line);
}

void Log::error(std::string_view code, std::initializer_list<LogField> fields) const {
  write(Level::error, code, fields);
}
void Log::warn(std::string_view code, std::initializer_list<LogField> fields) const {
  write(Level::warn, code, fields);
}
void Log::warn_seldom(std::string_view code, std::initializer_list<LogField> fields) const {
  const std::int64_t now = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
  if (last_seldom_.exchange(now) != now) warn(code, fields);
}
void Log::info(std::string_view code, std::initializer_list<LogField> fields) const {
  write(Level::info, code, fields);
}
void Log::debug(std::string_view code, std::initializer_list<LogField> fields) const {
  write(Level::debug, code, fields);
}

LogSink::LogSink(std::function<void(std::string_view)> write)
    : write_(std::move(write)), outer_(current_sink) {
  current_sink = this;
}

LogSink::~LogSink() { current_sink = outer_; }

}  // namespace base
