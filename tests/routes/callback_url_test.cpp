// Where a visitor goes next: from body, query or cookie, and never elsewhere.
#include "../support/world.hpp"

using namespace support;

namespace {

const std::string name = "__Secure-next-auth.callback-url";

std::string cookie_after(const std::string& where) {
  World w;
  w.get(where);
  return http::decode(w.browser.cookies[name]).value_or("");
}

}  // namespace

TEST_CASE("the callback URL is the body's, else the query's, else the cookie's, else the base URL") {
  World w;
  CHECK(w.get("/signin").cookie(name).starts_with(name + "=https%3A%2F%2Fexample.com;"));
  w.get("/signin?callbackUrl=%2Fquery");
  CHECK(w.browser.cookies[name] == "https%3A%2F%2Fexample.com%2Fquery");
  CHECK(w.sign_in().location == "https://example.com/query");
  CHECK(w.sign_in("op", {{"callbackUrl", "/body"}}).location == "https://example.com/body");
  CHECK(w.browser.cookies[name] == "https%3A%2F%2Fexample.com%2Fbody");
  CHECK(w.browser.start("op", {{"callbackUrl", "/b"}}, "?callbackUrl=%2Fq").status == 302);
  CHECK(w.browser.cookies[name] == "https%3A%2F%2Fexample.com%2Fb");
}

TEST_CASE("the cookie is set when the callback URL changes, and then only") {
  World w;
  CHECK(w.get("/csrf?callbackUrl=%2Fa").cookie(name) != "");
  CHECK(w.get("/csrf?callbackUrl=%2Fa").cookie(name) == "");
  CHECK(w.get("/csrf").cookie(name) == "");
  CHECK(w.get("/csrf?callbackUrl=%2Fb").cookie(name) != "");
}

TEST_CASE("a callback URL that is too long for a cookie goes without one") {
  World w;
  const std::string fits = "/" + std::string(3900, 'a'), long_one = "/" + std::string(8000, 'a');
  CHECK(w.get("/csrf?callbackUrl=" + fits).cookie(name) != "");
  const Reply page = w.get("/signin?callbackUrl=" + long_one);
  CHECK(page.cookie(name) == "");
  CHECK(page.body.find("value=\"https://example.com" + long_one + "\"") != std::string::npos);
  CHECK(w.sign_in("op", {{"callbackUrl", long_one}}).location == "https://example.com" + long_one);
}

TEST_CASE("no callback URL leads off this site") {
  for (const char* wanted :
       {"https%3A%2F%2Fevil.com", "https%3Aevil.com", "https%3A%2F%2Fexample.com%40evil.com",
        "https%3A%5C%5Cevil.com", "HTTPS%3A%2F%2FEVIL.COM%2F", "%20https%3A%2F%2Fevil.com",
        "https%3A%2F%2Fexample.com.evil.com", "http%3A%2F%2Fexample.com"})
    CHECK_MESSAGE(cookie_after(std::string("/signin?callbackUrl=") + wanted) == "https://example.com",
                  wanted);
  CHECK(cookie_after("/signin?callbackUrl=%2F%2Fevil.com") == "https://example.com//evil.com");
  CHECK(cookie_after("/signin?callbackUrl=%2F%5Cevil.com") == "https://example.com/\\evil.com");
}

TEST_CASE("a planted cookie leads off this site no more than a query") {
  World w;
  w.browser.cookies[name] = "https%3A%2F%2Fevil.com";
  CHECK(w.sign_in().location == "https://example.com");
  CHECK(w.browser.cookies[name] == "https%3A%2F%2Fexample.com");
}

TEST_CASE("a query that is no path or http(s) URL is a problem of the configuration, and sets no cookie") {
  for (const char* wanted :
       {"javascript%3Aalert(1)", "a", "%2F%2F", "data%3A%2C", "ftp%3A%2F%2Fexample.com"}) {
    World w;
    const Reply reply = w.get(std::string("/signin?callbackUrl=") + wanted);
    CHECK(reply.location == w.error("Configuration"));
    CHECK(reply.set_cookies.empty());
  }
}

TEST_CASE("of two in a query neither counts") {
  World w;
  const Reply reply = w.get("/signin?callbackUrl=%2Fa&callbackUrl=%2Fb");
  CHECK(reply.location == w.error("Configuration"));
  CHECK(reply.set_cookies.empty());
}

TEST_CASE("a cookie that is none is such a problem too") {
  World w;
  w.browser.cookies[name] = "javascript%3Aalert(1)";
  CHECK(w.get("/session").location == w.error("Configuration"));
}

TEST_CASE("a cookie that is no text is such a problem, and reaches no page and no JSON") {
  for (const char* planted : {"/\xff", "https://example.com/\xc0\xaf", "/%FF\xe4"}) {
    World w;
    w.browser.cookies[name] = planted;
    CHECK(w.get("/signin").location == w.error("Configuration"));
    CHECK(w.browser.post("/signout", {{"json", "true"}}).url() == w.error("Configuration"));
  }
}

TEST_CASE("a page of one's own learns of the problem") {
  World w;
  w.options.pages.error = "/oops";
  CHECK(w.get("/signin?callbackUrl=a").location == "/oops?error=Configuration");
}

TEST_CASE("the error page ends the problem by clearing the cookie, once") {
  World w;
  w.browser.cookies[name] = "a";
  const Reply page = w.get("/error?error=Configuration");
  CHECK(page.status == 500);
  CHECK(page.set_cookies.size() == 1);
  CHECK(page.cookie(name).find("Max-Age=0") != std::string::npos);
  CHECK(w.get("/session").status == 200);
}

TEST_CASE("in a body another scheme leads to the base URL, what is no URL to Configuration") {
  World w;
  CHECK(w.sign_in("op", {{"callbackUrl", "javascript:alert(1)"}}).location == "https://example.com");
  w.browser.sign_out();
  CHECK(w.start("op", {{"callbackUrl", "a"}}).location == w.error("Configuration"));
  const Reply json = w.browser.start("op", {{"callbackUrl", "a"}, {"json", "true"}});
  CHECK(json.url() == w.error("Configuration"));
}

TEST_CASE("a redirect callback that throws is answered, on the error page too") {
  World w;
  w.get("/signin?callbackUrl=%2Fa");
  w.hooks.on_redirect = [](const std::string&) -> std::string { throw hooks::Thrown("no"); };
  CHECK(w.get("/signin").location == w.error("Configuration"));
  CHECK(w.logged("redirect: no"));
  CHECK(w.get("/error?error=Configuration").status == 500);
}

TEST_CASE("line breaks, blanks and letters beyond ASCII in a Location are encoded") {
  World w;
  const std::string location = w.sign_in("op", {{"callbackUrl", "/a\r\nSet-Cookie: b=c\tä"}}).location;
  CHECK(location == "https://example.com/a%0D%0ASet-Cookie:%20b=c%09%C3%A4");
}
