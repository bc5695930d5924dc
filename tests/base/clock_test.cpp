#include "base/clock.hpp"

#include <doctest/doctest.h>

using namespace base;
using namespace std::chrono_literals;

namespace {

Time at(std::string_view text) { return parse_time(text).value(); }

}  // namespace

TEST_CASE("one moment in all its spellings") {
  const Time time = at("2026-11-23 15:56:56.123");
  CHECK(iso8601(time) == "2026-11-23T15:56:56.123Z");
  CHECK(http_date(time) == "Mon, 23 Nov 2026 15:56:56 GMT");
  CHECK(sql_time(time) == "2026-11-23 15:56:56.123");
  CHECK(unix_seconds(time) == 1795449416);
}

TEST_CASE("every spelling of a date that NextAuth.js and we write is read") {
  const Time whole = at("2026-11-23 15:56:56");
  CHECK(at("2026-11-23T15:56:56Z") == whole);
  CHECK(at("2026-11-23 15:56:56.000") == whole);
  CHECK(at("2026-11-23 15:56:56.5") == whole + 500ms);
  CHECK(at("2026-11-23T15:56:56.123456789Z") == whole + 123ms);
}

TEST_CASE("years have their leap days, days their ends") {
  CHECK(parse_time("2028-02-29 00:00:00"));
  CHECK_FALSE(parse_time("2026-02-29 00:00:00"));
  CHECK_FALSE(parse_time("2026-04-31 00:00:00"));
  CHECK(parse_time("2026-12-31 23:59:59"));
  CHECK(iso8601(at("2026-12-31 23:59:59.999") + 1ms) == "2027-01-01T00:00:00.000Z");
}

TEST_CASE("before 1970 seconds are rounded down") {
  CHECK(unix_seconds(at("1969-12-31 23:59:59.500")) == -1);
  CHECK(iso8601(at("1969-12-31 23:59:59.500")) == "1969-12-31T23:59:59.500Z");
}

TEST_CASE("what is no such date is none") {
  for (const char* text : {"",
                           "now",
                           "2026",
                           "2026-11-23",
                           "2026-13-01 00:00:00",
                           "2026-00-01 00:00:00",
                           "2026-11-00 00:00:00",
                           "2026-11-23 24:00:00",
                           "2026-11-23 00:60:00",
                           "2026-11-23 00:00:60",
                           "2026-11-23 00:00:00.",
                           "2026-11-23 00:00:00+01:00",
                           "2026-11-23 00:00:00ZZ",
                           "2026-11-23  0:00:00",
                           "2026-11-23 -0:00:00",
                           "+026-11-23 00:00:00",
                           "2026/11/23 00:00:00",
                           " 2026-11-23 00:00:00",
                           "26-11-23 00:00:00",
                           "x026-11-23 00:00:00",
                           "202x-11-23 00:00:00",
                           "2026-x1-23 00:00:00",
                           "2026-11-x3 00:00:00",
                           "2026-11-23 x0:00:00",
                           "2026-11-23 00:x0:00",
                           "2026-11-23 00:00:x0",
                           "2026-11-23 00:00:0x"})
    CHECK_MESSAGE(!parse_time(text), text);
}

TEST_CASE("the machine's clock goes on") {
  const Time first = system_clock().now();
  CHECK(first > at("2024-01-01 00:00:00"));
  CHECK(system_clock().now() >= first);
}
