#include "base/log.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../support/fakes.hpp"
#include "base/json.hpp"

using namespace base;

namespace {

/// What is written to a log with these options.
struct Written {
  explicit Written(LogOptions options = {}) : log(options, clock) {}
  support::FakeClock clock;
  std::string text;
  LogSink sink{[this](std::string_view line) { text += line; }};
  Log log;
};

std::string value_of(std::string value) {
  Written written;
  written.log.error("code", {{"key", std::move(value)}});
  const size_t at = written.text.find("key=") + 4;
  return written.text.substr(at, written.text.size() - at - 1);
}

}  // namespace

TEST_CASE("a line has time, level, code and fields") {
  Written written;
  written.log.error("oauth_callback_error", {{"provider", "github"}, {"reason", "too late"}});
  CHECK(written.text ==
        "2026-11-23T16:00:00.000Z error oauth_callback_error provider=github reason=\"too late\"\n");
}

TEST_CASE("as JSON a line is one object") {
  Written written({.json = true});
  written.log.warn("code", {{"a", "1\n2"}});
  CHECK(written.text ==
        "{\"time\":\"2026-11-23T16:00:00.000Z\",\"level\":\"warn\",\"code\":\"code\",\"a\":\"1\\n2\"}\n");
}

TEST_CASE("as JSON no value moves a terminal's cursor") {
  Written written({.json = true});
  written.log.warn("code", {{"a",
                             "\x1b[1m\x7f\xc2\x9b"
                             "2mäÂ\xc2\xa0"}});
  CHECK(written.text.ends_with("\"a\":\"\\u001b[1m\\u007f\\u009b2mäÂ\xc2\xa0\"}\n"));
  CHECK(base::parse_json(written.text).text_of("a") ==
        "\x1b[1m\x7f\xc2\x9b"
        "2mäÂ\xc2\xa0");
}

TEST_CASE("no value can forge a line or a field") {
  CHECK(value_of("a\nerror forged") == "\"a\\x0aerror forged\"");
  CHECK(value_of("a\r\x1b[31m\x7f") == "\"a\\x0d\\x1b[31m\\x7f\"");
  CHECK(value_of("a\" other=\"b") == "\"a\\\" other=\\\"b\"");
  CHECK(value_of("a\\") == "\"a\\\\\"");
  CHECK(value_of("a other=b") == "\"a other=b\"");
  CHECK(value_of("") == "\"\"");
  CHECK(value_of("a=b") == "\"a=b\"");
}

TEST_CASE("text beyond ASCII stays readable, what is no UTF-8 is escaped") {
  CHECK(value_of("ä€😀") == "\"ä€😀\"");
  CHECK(value_of("\xff\xe4") == "\"\\xff\\xe4\"");
  // U+009B begins a terminal's command as ESC [ does.
  CHECK(value_of("\xc2\x9b"
                 "31m") == "\"\\xc2\\x9b31m\"");
}

TEST_CASE("a value is cut at its limit, at a character's boundary") {
  CHECK(value_of(std::string(Log::value_limit, 'a')).size() == Log::value_limit);
  CHECK(value_of(std::string(Log::value_limit + 1, 'a')).size() == Log::value_limit);
  CHECK(value_of(std::string(Log::value_limit - 1, 'a') + "ä") == std::string(Log::value_limit - 1, 'a'));
}

TEST_CASE("a line is bounded however much its values grow by escaping") {
  for (const bool json : {false, true}) {
    Written written({.json = json});
    const std::string worst(Log::value_limit, '\x01');
    written.log.error("code", {{"a", worst}, {"b", worst}});
    CHECK(written.text.size() <= Log::line_limit + 1);
    CHECK(written.text.find("fields left out: line too long") != std::string::npos);
    CHECK(written.text.find('\n') == written.text.size() - 1);
    if (json) CHECK(try_parse_json(written.text));
  }
}

TEST_CASE("what strangers can bring about is a line a second at most") {
  Written written;
  written.log.warn_seldom("code", {{"key", "first"}});
  written.log.warn_seldom("code", {{"key", "second"}});
  written.log.warn_seldom("other");
  CHECK(written.text == "2026-11-23T16:00:00.000Z warn code key=first\n");
  written.text.clear();
  written.clock.advance(std::chrono::seconds(1));
  written.log.warn_seldom("code", {{"key", "third"}});
  CHECK(written.text == "2026-11-23T16:00:01.000Z warn code key=third\n");
}

TEST_CASE("debug lines are written only with debug") {
  Written quiet, loud({.debug = true});
  quiet.log.debug("step");
  CHECK(quiet.text.empty());
  {
    Written inner({.debug = true});
    inner.log.debug("step");
    inner.log.info("done");
    CHECK(inner.text == "2026-11-23T16:00:00.000Z debug step\n2026-11-23T16:00:00.000Z info done\n");
  }
  CHECK(loud.text.empty());
  loud.log.info("again");
  CHECK(loud.text == "2026-11-23T16:00:00.000Z info again\n");
}
