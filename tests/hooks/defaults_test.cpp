// Where the default `redirect` callback lets a visitor go, and what is a callback URL at all.
#include <doctest/doctest.h>

#include "auth/auth.hpp"
#include "hooks/hooks.hpp"

using namespace hooks;

namespace {

constexpr const char* home = "https://example.com";

std::string redirected(const std::string& url, const std::string& base_url = home) {
  Hooks defaults;
  try {
    return defaults.redirect(url, base_url);
  } catch (const Thrown& thrown) {
    return thrown.what();
  }
}

bool usable(const char* url) { return auth::is_callback_url(url, {home, "/api/auth"}); }

}  // namespace

TEST_CASE("a path becomes an address of this site") {
  CHECK(redirected("/") == "https://example.com/");
  CHECK(redirected("/a?b#c") == "https://example.com/a?b#c");
}

TEST_CASE("an address of this site stays as it was written") {
  for (const char* url :
       {"https://example.com", "https://example.com/", "https://example.com/a?b=https://evil.com#c",
        "https://example.com:443/a", "https://example.com?x"})
    CHECK(redirected(url) == url);
}

TEST_CASE("any other address leads to the base URL") {
  for (const char* url :
       {"https://evil.com", "http://example.com/", "https://example.com:8443/",
        "https://example.com.evil.com/", "https://evil.com/example.com",
        "https://evil.com?https://example.com", "https://evil.com#@example.com", "https://sub.example.com/",
        "https://example.co/", "https://examplexcom/", "https://example.com./"})
    CHECK_MESSAGE(redirected(url) == home, url);
}

TEST_CASE("what looks like a path of this site and is another host for a browser stays on this site") {
  CHECK(redirected("//evil.com") == "https://example.com//evil.com");
  CHECK(redirected("/\\evil.com") == "https://example.com/\\evil.com");
  CHECK(redirected("/\t/evil.com") == "https://example.com/\t/evil.com");
  CHECK(redirected("/@evil.com") == "https://example.com/@evil.com");
  CHECK(redirected("/.evil.com") == "https://example.com/.evil.com");
}

TEST_CASE("tricks that browsers see through are seen through here") {
  for (const char* url :
       {"https:evil.com", "https:/evil.com", "https:\\\\evil.com", "HTTPS://EVIL.COM",
        "https://example.com@evil.com", "https://example.com:443@evil.com/", "https://example.com\t@evil.com",
        " https://evil.com", "\x01https://evil.com", "ht\ntps://evil.com", "https://evil.com\\@example.com",
        "https://evil.com\\.example.com", "https://evil.com%23@example.com/", "https://user@example.com/",
        "https://%65vil.com", "https:///evil.com", "https://ex\xc3\xa4mple.com",
        "https://\xef\xbd\x85xample.com"})
    CHECK_MESSAGE(redirected(url) == home, url);
}

TEST_CASE("this site's address in a spelling of browsers' alone is written out") {
  CHECK(redirected("https:example.com/a") == "https://example.com/a");
  CHECK(redirected("https:\\\\example.com\\a?b\\c#d") == "https://example.com/a?b\\c#d");
  CHECK(redirected(" https://EXAMPLE.com/a ") == "https://example.com/a");
  CHECK(redirected("https://example.com\\@evil.com") == "https://example.com/@evil.com");
  CHECK(redirected("https://exam\nple.com/\ta") == "https://example.com/a");
}

TEST_CASE("an address of another scheme leads to the base URL, as in v3") {
  for (const char* url :
       {"javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
        "ftp://example.com/", "mailto:a@b", "blob:https://example.com/x"})
    CHECK_MESSAGE(redirected(url) == home, url);
}

TEST_CASE("what is no address at all is an error") {
  for (const char* url : {"", "a", "example.com", "?a", "#a", "\\\\evil.com", "https://",
                          "https:", "https://a b", "./a", ":a", "1a:b"})
    CHECK_MESSAGE(redirected(url) == "Invalid URL", url);
}

TEST_CASE("a site with a port of its own is told from its neighbours") {
  CHECK(redirected("http://localhost:8080/a", "http://localhost:8080") == "http://localhost:8080/a");
  CHECK(redirected("http://localhost:8081/a", "http://localhost:8080") == "http://localhost:8080");
  CHECK(redirected("http://localhost/a", "http://localhost:8080") == "http://localhost:8080");
}

TEST_CASE("a callback URL is a path or an http(s) URL") {
  for (const char* url : {"/", "/a", "/a b", "//evil.com", "/\\evil.com", "https://evil.com", "http://a",
                          "https:a", " https://a"})
    CHECK_MESSAGE(usable(url), url);
  for (const char* url :
       {"a", "javascript:alert(1)", "ftp://a", "//", "/\\", "///", "//a b", "https://", "\\\\a", "data:,"})
    CHECK_MESSAGE(!usable(url), url);
}

TEST_CASE("the other defaults change nothing") {
  Hooks defaults;
  const base::Json value = base::Json::object({{"a", 1}});
  CHECK(defaults.sign_in(value, value, value).allowed);
  CHECK(defaults.sign_in(value, value, value).redirect.empty());
  CHECK(defaults.session(value, {}) == value);
  CHECK(defaults.jwt(value) == value);
  CHECK(defaults.jwt(value, {}, {}, {}, true) == value);
  CHECK(defaults.authorize(value).is_null());
  CHECK_FALSE(defaults.profile("github", value, value));
}
