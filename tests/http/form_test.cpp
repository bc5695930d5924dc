// Forms and cookies: what is read of them, and what is refused.
#include <doctest/doctest.h>

#include "http/http.hpp"

using namespace http;

namespace {

std::string error_of(std::string_view form) {
  try {
    parse_form(form, 200);
  } catch (const FormError& error) {
    return error.what();
  }
  return "no error";
}

std::string repeated(const char* part, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += part;
  return out;
}

/// Each as it is found by its name.
Pairs cookies_of(std::string_view header) {
  Pairs out;
  const Cookies cookies(header, 200);
  for (const auto& [name, sent] : cookies.sent()) out.emplace_back(name, cookies.find(name).value_or("none"));
  return out;
}

base::Time moment() { return base::parse_time("2026-11-23 16:00:00").value(); }

}  // namespace

TEST_CASE("a form's fields in their order, plus as space") {
  CHECK(parse_form("a=1&b=x+y%2B%26&a=&c&&=d", 200) ==
        Pairs{{"a", "1"}, {"b", "x y+&"}, {"a", ""}, {"c", ""}, {"", "d"}});
  CHECK(parse_form("", 200).empty());
  CHECK(parse_form("a=b=c", 200) == Pairs{{"a", "b=c"}});
}

TEST_CASE("a form that is broken is refused") {
  CHECK(error_of("a=%4") == "invalid percent-encoding");
  CHECK(error_of("%zz=a") == "invalid percent-encoding");
  CHECK(error_of("a=%ff") == "not UTF-8");
  CHECK(error_of("a=\xff") == "not UTF-8");
  CHECK(error_of("a=%00") == "a NUL byte");
}

TEST_CASE("fields are counted") {
  CHECK(parse_form(repeated("a&", 200), 200).size() == 200);
  CHECK(error_of(repeated("a&", 201)) == "more than 200 fields");
}

TEST_CASE("cookies are read as NextAuth.js reads them") {
  CHECK(cookies_of("a=1; b=x%20y%7C;c = \"q\" ;d;e=;f=a=b") ==
        Pairs{{"a", "1"}, {"b", "x y|"}, {"c", "q"}, {"e", ""}, {"f", "a=b"}});
  CHECK(cookies_of("").empty());
}

TEST_CASE("of cookies of one name the first counts, and of another name is none") {
  const Cookies cookies("a=1; ab=2; a=3", 200);
  CHECK(cookies.find("a") == "1");
  CHECK(cookies.has("ab"));
  CHECK_FALSE(cookies.has("b"));
  CHECK(cookies.find("b") == std::nullopt);
}

TEST_CASE("a cookie that cannot be decoded is taken as it is") {
  CHECK(cookies_of("a=%zz; b=%ff; c=%00; d=%") ==
        Pairs{{"a", "%zz"}, {"b", "%ff"}, {"c", "%00"}, {"d", "%"}});
}

TEST_CASE("cookies are counted") {
  const std::string most = repeated("a=1;", 200);
  CHECK(Cookies(most, 200).sent().size() == 200);
  CHECK_THROWS_AS(Cookies(most + "a=1", 200), FormError);
}

TEST_CASE("a cookie is set with its attributes in v3's order") {
  CookieOptions options{.path = "/x",
                        .domain = "example.com",
                        .same_site = "NONE",
                        .http_only = true,
                        .secure = true,
                        .max_age = 60,
                        .expires = moment()};
  CHECK(set_cookie("a", "b|c;d", options) ==
        "a=b%7Cc%3Bd; Max-Age=60; Domain=example.com; Path=/x; Expires=Mon, 23 Nov 2026 16:00:00 GMT; "
        "HttpOnly; "
        "Secure; SameSite=None");
  CHECK(set_cookie("a", "", {}) == "a=; Path=/; HttpOnly; SameSite=Lax");
  CHECK(set_cookie(
            "a", "",
            {.path = "", .domain = {}, .same_site = "", .http_only = false, .max_age = {}, .expires = {}}) ==
        "a=; Path=/");
}

TEST_CASE("no value can break out of its cookie") {
  CHECK(set_cookie("a", "x\r\nSet-Cookie: b=c; Path=/ä", {}) ==
        "a=x%0D%0ASet-Cookie%3A%20b%3Dc%3B%20Path%3D%2F%C3%A4; Path=/; HttpOnly; SameSite=Lax");
}
