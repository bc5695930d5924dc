#include <doctest/doctest.h>

#include "http/http.hpp"

using namespace http;

namespace {

/// origin, path, query and fragment; "none" if it is no URL.
std::string read(const std::optional<Url>& url) {
  if (!url) return "none";
  return url->origin() + " " + url->path + (url->query.empty() ? "" : " ?" + url->query) +
         (url->fragment.empty() ? "" : " #" + url->fragment) + (url->userinfo ? " userinfo" : "");
}

}  // namespace

TEST_CASE("a URL has scheme, host, port, path, query and fragment") {
  CHECK(read(parse_url("https://Example.COM")) == "https://example.com /");
  CHECK(read(parse_url("HTTPS://example.com:443/a?b#c?d")) == "https://example.com /a ?b #c?d");
  CHECK(read(parse_url("http://example.com:443?b/c")) == "http://example.com:443 / ?b/c");
  CHECK(read(parse_url("http://example.com:80#a")) == "http://example.com / #a");
  CHECK(read(parse_url("https://example.com:/a")) == "https://example.com /a");
  CHECK(read(parse_url("https://[::1]:8080/a")) == "https://[::1]:8080 /a");
  CHECK(read(parse_url("https://user:pass@example.com/")) == "https://example.com / userinfo");
  CHECK(parse_url("https://example.com/a?b#c")->target() == "/a?b");
  CHECK(parse_url("https://example.com/a?")->target() == "/a");
}

TEST_CASE("what is no absolute http(s) URL is none") {
  for (const char* text : {"",
                           "/",
                           "//example.com",
                           "example.com",
                           "https:example.com",
                           "https:/example.com",
                           "https://",
                           "https:///a",
                           "https://?",
                           "ftp://example.com",
                           "javascript:alert(1)",
                           "https://a b/",
                           "https://a\\b/",
                           "https://a/\n",
                           "https://a/\t",
                           " https://a/",
                           "https://a/\x7f",
                           "https://a:0/",
                           "https://a:65536/",
                           "https://a:-1/",
                           "https://a:8o/",
                           "https://a:80:90/",
                           "https://[::1",
                           "https://[]/",
                           "https://[a]/",
                           "https://::1/",
                           "https://a%41/",
                           "https://\xc3\xa4/",
                           "https://a,b/",
                           "https://a\"/"})
    CHECK_MESSAGE(read(parse_url(text)) == "none", text);
  CHECK(parse_url("https://a:65535/")->port == 65535);
  CHECK(parse_url("https://a:1/")->port == 1);
}

// https://url.spec.whatwg.org/#url-parsing
TEST_CASE("a browser reads URLs more kindly") {
  const std::pair<const char*, const char*> table[] = {
      {"https:example.com", "https://example.com /"},
      {"https:/example.com/a", "https://example.com /a"},
      {"https:////example.com", "https://example.com /"},
      {"https:\\\\example.com\\a", "https://example.com /a"},
      {"https:/\\/example.com", "https://example.com /"},
      {"https://example.com\\@evil.com", "https://example.com /@evil.com"},
      {"https://example.com@evil.com/", "https://evil.com / userinfo"},
      {"https://example.com%40evil.com/", "none"},
      {"https://a@b@evil.com/", "https://evil.com / userinfo"},
      {" \x01https://example.com/ \n", "https://example.com /"},
      {"ht\ntps://exa\tmple.c\rom/", "https://example.com /"},
      {"HTTPS://EXAMPLE.COM/A", "https://example.com /A"},
      {"https://%65xample.com/", "https://example.com /"},
      {"https://example.com%2f.evil.com/", "none"},
      {"https://example.com%00/", "none"},
      {"https://example.com?\\a", "https://example.com / ?\\a"},
      {"https://example.com#\\a", "https://example.com / #\\a"},
      {"https://ex\xc3\xa4mple.com/", "https://ex\xc3\xa4mple.com /"},
      {"javascript:alert(1)", "none"},
      {"java\nscript:alert(1)", "none"},
      {"data:text/html,x", "none"},
      {"ftp://example.com", "none"},
      {"/a", "none"},
      {"//example.com", "none"},
      {"https:", "none"},
      {"https://", "none"},
      {"", "none"}};
  for (const auto& row : table) CHECK_MESSAGE(read(parse_url_as_browser(row.first)) == row.second, row.first);
}

TEST_CASE("an address is plainly within a site where no program could read it otherwise") {
  const std::string site = "https://example.com";
  for (const char* url : {"https://example.com", "https://example.com/", "https://example.com/a?b#c"})
    CHECK_MESSAGE(is_plainly_within(url, site), url);
  for (const char* url :
       {"https://example.com.evil.com", "https://example.com@evil.com", "https://example.com?",
        "https://evil.com", "https://example.com/\\evil.com", "https://example.com/a b",
        "https://example.com/a\tb", "https://example.com/\x7f", "https://example.com/\xc3\xa4"})
    CHECK_MESSAGE(!is_plainly_within(url, site), url);
}

TEST_CASE("loopback is an address of this machine, not a name that looks like one") {
  for (const char* url : {"http://localhost", "http://127.0.0.1:80/", "http://127.255.0.3", "http://[::1]/",
                          "http://LOCALHOST"})
    CHECK_MESSAGE(is_trustworthy(parse_url(url).value()), url);
  for (const char* url :
       {"http://127.evil.com", "http://127.0.0.1.evil.com", "http://localhost.evil.com", "http://0.0.0.0",
        "http://[::2]", "http://127.0.0.1.", "http://127.1", "http://example.com", "http://1270.0.1.1",
        "http://127.0.0.evil", "http://127.a.b.c"})
    CHECK_MESSAGE(!is_trustworthy(parse_url(url).value()), url);
  CHECK(is_trustworthy(parse_url("https://example.com").value()));
}

TEST_CASE("text is encoded as encodeURIComponent does") {
  CHECK(encode("aZ09-_.!~*'()") == "aZ09-_.!~*'()");
  CHECK(encode(" +&=%/?#|ä\n\x7f") == "%20%2B%26%3D%25%2F%3F%23%7C%C3%A4%0A%7F");
  CHECK(encode_strict("a!'()*~") == "a%21%27%28%29%2A~");
  CHECK(encode_query({{"a b", "1&2"}, {"c", ""}}) == "a%20b=1%262&c=");
}

TEST_CASE("what is encoded is decoded, what is broken is not") {
  CHECK(decode("a%20b+%c3%A4") == "a b+ä");
  for (const char* text : {"%", "%4", "a%4", "%zz", "%4g", "%%41"}) CHECK_FALSE(decode(text));
}

TEST_CASE("parameters go behind a query and before a fragment") {
  CHECK(with_query("/a", {}) == "/a");
  CHECK(with_query("/a", {{"b", "c"}}) == "/a?b=c");
  CHECK(with_query("/a?x", {{"b", "c"}}) == "/a?x&b=c");
  CHECK(with_query("/a#f?", {{"b", "c"}}) == "/a?b=c#f?");
}

TEST_CASE("of pairs with one name the first counts") {
  Pairs pairs{{"a", "1"}, {"b", "2"}, {"a", "3"}};
  CHECK(first(pairs, "a") == "1");
  CHECK_FALSE(first(pairs, "c"));
  put(pairs, "a", "4");
  put(pairs, "c", "5");
  CHECK(pairs == Pairs{{"a", "4"}, {"b", "2"}, {"a", "3"}, {"c", "5"}});
}
