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
  std::string text() { return {text_.begin(), end_}; }

 private:
  std::array<char, 32> text_{};  // the longest, of http_date, has 29
  std::array<char, 32>::iterator end_ = text_.begin();
};

/// Whether the text has digits and nothing else where the form has '0', and else what the form has.
bool has_form(std::string_view text, std::string_view form) {
  return text.size() == form.size() &&
         std::equal(text.begin(), text.end(), form.begin(),
                    [](char c, char wanted) { return wanted == '0' ? c >= '0' && c <= '9' : c == wanted; });
}

/// The number of digits that are known to be there.
int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
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
  return Line().date(p).put("T").clock(p).put(".").put(p.millisecond, 3).put("Z").text();
}

std::string http_date(Time time) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Parts p = split(time);
  return Line()
      .put(days.at(p.weekday))
      .put(", ")
      .put(p.day, 2)
      .put(" ")
      .put(months.at(size_t(p.month - 1)))
      .put(" ")
      .put(p.year, 4)
      .put(" ")
      .clock(p)
      .put(" GMT")
      .text();
}

std::string sql_time(Time time) {
  const Parts p = split(time);
  return Line().date(p).put(" ").clock(p).put(".").put(p.millisecond, 3).text();
}

std::optional<Time> parse_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00 00:00:00";
  const std::string_view whole = text.substr(0, form.size());
  if (!has_form(whole, form) && !has_form(whole, "0000-00-00T00:00:00")) return {};
  const int year = number(whole.substr(0, 4)), hour = number(whole.substr(11, 2));
  const auto month = unsigned(number(whole.substr(5, 2))), day = unsigned(number(whole.substr(8, 2)));
  const int minute = number(whole.substr(14, 2)), second = number(whole.substr(17, 2));
  text.remove_prefix(form.size());
  const auto millisecond = take_milliseconds(text);
  if (!millisecond) return {};
  take(text, "Z");
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!text.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59) return {};
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + std::chrono::milliseconds{*millisecond};
}

}  // namespace base
