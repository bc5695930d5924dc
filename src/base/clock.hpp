#pragma once
// Time comes from outside, so that a test owns it. All times are UTC.
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Seconds = std::chrono::seconds;

struct Clock {
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

/// The machine's clock.
const Clock& system_clock();

/// Seconds since 1970, as JWT's NumericDate (RFC 7519 §2).
long long unix_seconds(Time);

/// "2026-11-23T15:56:56.123Z", as JavaScript's toISOString().
std::string iso8601(Time);
void append_iso8601(std::string& out, Time);

/// "Mon, 23 Nov 2026 15:56:56 GMT" (RFC 9110 §5.6.7), as JavaScript's toUTCString().
std::string http_date(Time);
void append_http_date(std::string& out, Time);

/// "2026-11-23 15:56:56.123", as TypeORM writes dates into SQLite.
std::string sql_time(Time);

/// Reads "2026-11-23 15:56:56", with or without fraction, 'T' for the space and a final 'Z'; none if it is no
/// such date.
std::optional<Time> parse_time(std::string_view);

}  // namespace base
