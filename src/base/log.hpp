#pragma once
// One line per event: level, a stable code, a message, fields. Never a secret.
#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace base {

enum class Level { debug, info, warn, error };

struct LogField {
  std::string_view key;
  std::string value;
};

struct LogOptions {
  bool json = false;
  bool debug = false;
};

class Log {
 public:
  static constexpr size_t value_limit = 1024;  // bytes of one field
  static constexpr size_t line_limit = 8192;   // bytes of one line

  explicit Log(LogOptions options = {}, const Clock& clock = system_clock())
      : options_(options), clock_(clock) {}
  void error(std::string_view code, std::initializer_list<LogField> fields = {}) const;
  void warn(std::string_view code, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view code, std::initializer_list<LogField> fields = {}) const;
  /// For what strangers can bring about as often as they like: a line a second at most, of all these
  /// together.
  void warn_seldom(std::string_view code, std::initializer_list<LogField> fields = {}) const;
  /// Only with `debug`.
  void debug(std::string_view code, std::initializer_list<LogField> fields = {}) const;
  void write(Level, std::string_view code, std::initializer_list<LogField> fields) const;

  bool debugging() const { return options_.debug; }

 private:
  LogOptions options_;
  const Clock& clock_;
  mutable std::atomic<std::int64_t> last_seldom_{0};  // its second
};

/// Where this thread's lines go while it lives: the FastCGI request's error stream. Else to standard error.
class LogSink {
 public:
  explicit LogSink(std::function<void(std::string_view line)>);
  ~LogSink();
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

 private:
  std::function<void(std::string_view)> write_;
  LogSink* outer_;
  friend class Log;
};

}  // namespace base
