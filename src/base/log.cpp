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

/// Control characters, quotes and backslashes escaped; invalid UTF-8 byte by byte: no line can be forged.
std::string quoted(std::string_view value) {
  const bool utf8 = is_utf8(value);
  std::string out = "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || (!utf8 && byte >= 0x80)) {
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

std::string json_line(Time now, Level level, std::string_view code, std::initializer_list<LogField> fields) {
  Json line =
      Json::object({{"time", iso8601(now)}, {"level", level_names.at(size_t(level))}, {"code", code}});
  for (const LogField& field : fields) {
    const std::string_view value = cut(field.value, Log::value_limit);
    line.set(field.key, is_utf8(value) ? std::string(value) : quoted(value));
  }
  return to_json(line);
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
  std::string line =
      options_.json ? json_line(now, level, code, fields) : text_line(now, level, code, fields);
  if (line.size() > line_limit)
    line = text_line(now, level, code, {{"note", "fields left out: line too long"}});
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
