#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace base;
using namespace std::string_literals;

TEST_CASE("well-formed UTF-8 is told from everything else") {
  for (const char* good : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    CHECK_MESSAGE(is_utf8(good), to_hex(good));
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xe1\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xe4z"})
    CHECK_MESSAGE(!is_utf8(bad), to_hex(bad));
}

TEST_CASE("control characters are U+0000 to U+001F and U+007F") {
  CHECK(has_control("a\tb"));
  CHECK(has_control("\x1f"));
  CHECK(has_control("\x7f"));
  CHECK(has_control("a\0b"s));
  CHECK_FALSE(has_control(" a\x80~"));
}

TEST_CASE("digits are digits only") {
  CHECK(is_digits("0123456789"));
  for (const char* text : {"", "+1", "-1", " 1", "1 ", "0x1", "1.0", "\xd9\xa1"})
    CHECK_FALSE(is_digits(text));
}

TEST_CASE("only ASCII letters have a case here") {
  CHECK(lower("ABC xyz ÄK") == "abc xyz Äk");
  CHECK(equal_ignoring_case("Content-TYPE", "content-type"));
  CHECK_FALSE(equal_ignoring_case("a", "ab"));
  CHECK_FALSE(equal_ignoring_case("[", "{"));
  CHECK_FALSE(equal_ignoring_case("@", "`"));
}

TEST_CASE("text is trimmed, split, joined and replaced") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n ") == "");
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split(",", ',') == std::vector<std::string_view>{"", ""});
  CHECK(join({"a", "", "b"}, ", ") == "a, , b");
  CHECK(join({"a", "a"}, " ") == "a a");
  CHECK(join({}, " ") == "");
  CHECK(replace_all("aXbXX", "X", "--") == "a--b----");
  CHECK(replace_all("aa", "a", "aa") == "aaaa");
}

TEST_CASE("a cut falls between characters") {
  CHECK(cut("abc", 3) == "abc");
  CHECK(cut("abcd", 3) == "abc");
  CHECK(cut("aä", 2) == "a");
  CHECK(cut("aä", 3) == "aä");
  CHECK(cut("😀", 3) == "");
  CHECK(cut("abc", 0) == "");
}

TEST_CASE("bytes in hexadecimal and base 64") {
  CHECK(to_hex("\x00\xff\x10"s) == "00ff10");
  // RFC 4648 §10
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
  CHECK(to_base64("\xff\xfe") == "//4=");
  CHECK(to_base64url("\xff\xfe") == "__4");
  CHECK(to_base64("\xfb\xff\xbf") == "+/+/");
  std::string line = "kept.";
  append_base64url(line, "foob");
  CHECK(line == "kept.Zm9vYg");
}

TEST_CASE("base 64 for URLs gives back every byte, at each place and length") {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += char(byte);
  for (size_t length = 0; length < 8; ++length)
    for (size_t at = 0; at + length <= every.size(); ++at)
      REQUIRE(from_base64url(to_base64url(every.substr(at, length))) == every.substr(at, length));
}

TEST_CASE("base 64 for URLs is read in one spelling alone") {
  CHECK(from_base64url("") == "");
  CHECK(from_base64url("__4") == "\xff\xfe");
  CHECK(from_base64url("AAA") == "\0\0"s);
  for (const char* bad : {"A", "__4=", "//4", "__5", "Zm9v YmFy", "Zm9v\n", "Zh", "\xc3\xa4"})
    CHECK_MESSAGE(!from_base64url(bad), bad);
}
