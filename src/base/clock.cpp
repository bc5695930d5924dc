#include "base/clock.hpp"

#include <algorithm>
#include <array>

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

/// A short text put together from parts and numbers of so many digits.
class Line {
 public:
  Line& put(std::string_view part) {
    end_ = std::copy(part.begin(), part.end(), end_);
    return *this;
  }
  Line& put(int number, int digits) {
    end_ += digits;
    for (auto at = end_; digits > 0; --digits, number /= 10) *--at = char('0' + number % 10);
    return *this;
  }
  Line& date(const Parts& p) { return put(p.year, 4).put("-").put(p.month, 2).put("-").put(p.day, 2); }
  Line& clock(const Parts& p) { return put(p.hour, 2).put(":").put(p.minute, 2).put(":").put(p.second, 2); }
  std::string_view view() const { return {text_.data(), size_t(end_ - text_.begin())}; }
  std::string text() const { return std::string(view()); }

 private:
  std::array<char, 32> text_{};  // the longest, of http_date, has 29
  std::array<char, 32>::iterator end_ = text_.begin();
};

/// The number that two digits there are; far below 0 if they are none.
int two_digits(std::string_view text, size_t at) {
  constexpr int no_number = -10000;
  const int tens = text[at] - '0', ones = text[at + 1] - '0';
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : no_number;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> take_milliseconds(std::string_view& text) {
  if (!take(text, '.')) return 0;
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
  std::string out;
  append_iso8601(out, time);
  return out;
}

void append_iso8601(std::string& out, Time time) {
  const Parts p = split(time);
  Line line;
  out += line.date(p).put("T").clock(p).put(".").put(p.millisecond, 3).put("Z").view();
}

void append_http_date(std::string& out, Time time) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Parts p = split(time);
  Line line;
  line.put(days.at(p.weekday))
      .put(", ")
      .put(p.day, 2)
      .put(" ")
      .put(months.at(size_t(p.month - 1)))
      .put(" ")
      .put(p.year, 4)
      .put(" ")
      .clock(p)
      .put(" GMT");
  out += line.view();
}

std::string http_date(Time time) {
  std::string out;
  append_http_date(out, time);
  return out;
}

std::string sql_time(Time time) {
  const Parts p = split(time);
  return Line().date(p).put(" ").clock(p).put(".").put(p.millisecond, 3).text();
}

std::optional<Time> parse_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00 00:00:00";
  if (text.size() < form.size() || text[4] != '-' || text[7] != '-' || (text[10] != ' ' && text[10] != 'T') ||
      text[13] != ':' || text[16] != ':')
    return {};
  const int year = 100 * two_digits(text, 0) + two_digits(text, 2);
  const int month = two_digits(text, 5), day = two_digits(text, 8);
  const int hour = two_digits(text, 11), minute = two_digits(text, 14), second = two_digits(text, 17);
  if ((year | month | day | hour | minute | second) < 0) return {};
  text.remove_prefix(form.size());
  const auto millisecond = take_milliseconds(text);
  if (!millisecond) return {};
  take(text, 'Z');
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{unsigned(month)},
                                         std::chrono::day{unsigned(day)}};
  if (!text.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59) return {};
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + std::chrono::milliseconds{*millisecond};
}

}  // namespace base
