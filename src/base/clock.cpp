#include "base/clock.hpp"

#include <array>
#include <charconv>
#include <cstdio>

#include "base/text.hpp"

namespace base {
namespace {

struct SystemClock : Clock {
  Time now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

struct Parts {
  int year, month, day, hour, minute, second, millisecond;
  unsigned weekday;
};

Parts split(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return {int(date.year()),
          int(unsigned(date.month())),
          int(unsigned(date.day())),
          int(clock.hours().count()),
          int(clock.minutes().count()),
          int(clock.seconds().count()),
          int(clock.subseconds().count()),
          std::chrono::weekday{day}.c_encoding()};
}

template <typename... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 64> out{};
  const int length = std::snprintf(out.data(), out.size(), format, args...);
  return {out.data(), size_t(length)};
}

/// A number of exactly `digits` digits at the front of `text`, which is then shortened by them.
std::optional<int> take(std::string_view& text, size_t digits) {
  int value = 0;
  if (!is_digits(text.substr(0, digits)) || text.size() < digits) return {};
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> take_milliseconds(std::string_view& text) {
  if (!take(text, ".")) return 0;
  int value = 0;
  int scale = 100;
  if (text.empty() || text.front() < '0' || text.front() > '9') return {};
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value += scale * (text.front() - '0');
    scale /= 10;
    text.remove_prefix(1);
  }
  return value;
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

long long unix_seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string iso8601(Time time) {
  const Parts p = split(time);
  return print("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", p.year, p.month, p.day, p.hour, p.minute, p.second,
               p.millisecond);
}

std::string http_date(Time time) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Parts p = split(time);
  return print("%s, %02d %s %04d %02d:%02d:%02d GMT", days.at(p.weekday), p.day,
               months.at(size_t(p.month - 1)), p.year, p.hour, p.minute, p.second);
}

std::string sql_time(Time time) {
  const Parts p = split(time);
  return print("%04d-%02d-%02d %02d:%02d:%02d.%03d", p.year, p.month, p.day, p.hour, p.minute, p.second,
               p.millisecond);
}

std::optional<Time> parse_time(std::string_view text) {
  const auto year = take(text, 4);
  if (!year || !take(text, "-")) return {};
  const auto month = take(text, 2);
  if (!month || !take(text, "-")) return {};
  const auto day = take(text, 2);
  if (!day || !take(text, " T")) return {};
  const auto hour = take(text, 2);
  if (!hour || !take(text, ":")) return {};
  const auto minute = take(text, 2);
  if (!minute || !take(text, ":")) return {};
  const auto second = take(text, 2);
  if (!second) return {};
  const auto millisecond = take_milliseconds(text);
  if (!millisecond) return {};
  take(text, "Z");
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{unsigned(*month)},
                                         std::chrono::day{unsigned(*day)}};
  if (!text.empty() || !date.ok() || *hour > 23 || *minute > 59 || *second > 59) return {};
  return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second} + std::chrono::milliseconds{*millisecond};
}

}  // namespace base
