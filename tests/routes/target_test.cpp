// Where a request asks to go, in all the ways in which servers tell.
#include "../support/world.hpp"

using namespace support;

namespace {

/// The request's variables as a server sets them.
struct Way {
  const char* script_name;
  const char* path_info;
  const char* request_uri;
};

Reply at(const Way& way, const std::string& base_path = "/api/auth", const std::string& method = "GET") {
  World w({.base_path = base_path});
  http::Request request = w.request(method, "/");
  request.script_name = way.script_name;
  request.path_info = way.path_info;
  request.request_uri = way.request_uri;
  return w.answer(request);
}

bool reaches_csrf(const Way& way, const std::string& base_path = "/api/auth") {
  return at(way, base_path).body.starts_with("{\"csrfToken\":");
}

}  // namespace

TEST_CASE("the route is what follows the base path") {
  for (const Way& way :
       {Way{"/api/auth", "/csrf", "/api/auth/csrf"}, Way{"", "/api/auth/csrf", ""},
        Way{"/api", "/auth/csrf", ""}, Way{"/api/auth", "/csrf/", ""}, Way{"/api/auth/", "csrf", ""}})
    CHECK(reaches_csrf(way));
}

TEST_CASE("elsewhere PATH_INFO alone is the route") {
  CHECK(reaches_csrf({"/cgi-bin/nextauth.fcgi", "/csrf", "/cgi-bin/nextauth.fcgi/csrf"}));
  CHECK(reaches_csrf({"/nextauth.fcgi", "/csrf/", "/api/auth/csrf?x"}));
  CHECK(reaches_csrf({"/api/authentic", "/csrf", ""}));
}

TEST_CASE("without PATH_INFO the address asked for is tried") {
  CHECK(reaches_csrf({"", "", "/api/auth/csrf"}));
  CHECK(reaches_csrf({"/index.php", "", "/api/auth/csrf?x=1"}));
  CHECK(reaches_csrf({"/nextauth.fcgi", "", "/nextauth.fcgi/csrf"}));
  CHECK(reaches_csrf({"/api/auth/csrf", "", "/api/auth/csrf"}));
  CHECK(reaches_csrf({"/api/auth/csrf", "", ""}));
  CHECK(reaches_csrf({"", "", "https://example.com/api/auth/csrf"}));
  CHECK(reaches_csrf({"", "", "/api/auth/%63srf"}));
}

TEST_CASE("any base path will do") {
  CHECK(reaches_csrf({"/a/b/c", "/csrf", ""}, "/a/b/c"));
  CHECK(reaches_csrf({"/login", "/csrf", ""}, "/login"));
}

TEST_CASE("anything longer, shorter or unknown is 400 with the method's name") {
  for (const Way& way :
       {Way{"/api/auth", "/", ""}, Way{"/api/auth", "", "/api/auth"}, Way{"/api/auth", "/csrf/a/b", ""},
        Way{"/api/auth", "//csrf", ""}, Way{"/api/auth", "/csrf//", ""}, Way{"/api/auth", "/CSRF", ""},
        Way{"/api/auth", "/unknown", ""}, Way{"", "", ""}, Way{"", "", "/api/authcsrf"},
        Way{"", "", "/elsewhere/csrf"}, Way{"", "", "/api/auth/%zz"}, Way{"/x", "/api/auth/csrf", ""},
        Way{"/api/auth", "/callback", ""}, Way{"/api/auth", "/callback/unknown", ""}}) {
    CAPTURE(way.path_info);
    const Reply reply = at(way);
    CHECK(reply.status == 400);
    CHECK(reply.body == "Error: This action with HTTP GET is not supported by NextAuth.js");
  }
}

TEST_CASE("a path that only looks like a route is none") {
  for (const char* path : {"/signin/../session",
                           "/./session",
                           "//session",
                           "/session;x=y",
                           "/session.",
                           "/session..",
                           "/session.json",
                           "/session%00",
                           "/session%2f",
                           "/Session",
                           "/session\xcc\x81",
                           "/sess\xc4\xb1on",
                           "/ session",
                           "/session ",
                           "/\tsession",
                           "/session\\op",
                           "\\session",
                           "/session\n",
                           "/csrf\r\nX: y",
                           "/..",
                           "/.",
                           "/%2e%2e/session"}) {
    CAPTURE(path);
    CHECK(at({"/api/auth", path, ""}).status == 400);
    CHECK(at({"/cgi-bin/nextauth.fcgi", path, ""}).status == 400);
  }
  const std::string deep = "/session" + std::string(4000, '/'), wide = "/session" + std::string(16000, 'a');
  for (const std::string& path : {deep, wide}) CHECK(at({"/api/auth", path.c_str(), ""}).status == 400);
}

TEST_CASE("an address is decoded once, and what it then is must be a route as it stands") {
  for (const char* uri :
       {"/api/auth/%2573ession", "/api/auth/../auth/session", "/api/auth/%2e%2e/session",
        "/api/auth//session", "/api//auth/session", "/API/AUTH/session", "/api/auth/session%3Fx",
        "/api/auth/session;x", "/api%5Cauth%5Csession", "/api/auth/session%ff", "/api/auth/signin/%ff",
        "/api/auth/error/%c0%af", "https://example.com/api/auth/signin/%ff"}) {
    CAPTURE(uri);
    CHECK(at({"", "", uri}).status == 400);
  }
}

TEST_CASE("a wrong method is 400; a strange one is not repeated") {
  CHECK(at({"/api/auth", "/csrf", ""}, "/api/auth", "POST").body ==
        "Error: This action with HTTP POST is not supported by NextAuth.js");
  CHECK(at({"/api/auth", "/csrf", ""}, "/api/auth", "DELETE").status == 400);
  CHECK(at({"/api/auth", "/csrf", ""}, "/api/auth", "").body ==
        "Error: This action with HTTP this method is not supported by NextAuth.js");
  CHECK(at({"/api/auth", "/csrf", ""}, "/api/auth", "<script>").body.find("<script>") == std::string::npos);
  CHECK(at({"/api/auth", "/csrf", ""}, "/api/auth", std::string(21, 'A')).body.find("AAA") ==
        std::string::npos);
}

TEST_CASE("the 400s set the cookies too, as every route") {
  const Reply reply = at({"/api/auth", "/unknown", ""});
  CHECK_FALSE(reply.cookie("__Host-next-auth.csrf-token").empty());
  CHECK_FALSE(reply.cookie("__Secure-next-auth.callback-url").empty());
}

TEST_CASE("HEAD is answered as GET") {
  for (const char* path : {"/csrf", "/session", "/providers", "/signin", "/error"}) {
    World w;
    const Reply get = w.browser.get(path), head = w.browser.head(path);
    CHECK(head.status == get.status);
    CHECK(head.header("Content-Type") == get.header("Content-Type"));
  }
}

TEST_CASE("nothing in the request decides a URL") {
  World w;
  http::Request request = w.request("GET", "/providers");
  request.forwarded_for = "evil.com";
  request.request_uri = "https://evil.com/api/auth/providers";
  CHECK(w.answer(request).body.find("evil.com") == std::string::npos);
}
