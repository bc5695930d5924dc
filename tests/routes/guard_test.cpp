// FastCGI's role AUTHORIZER, nginx's /authorize, and Apache's ErrorDocument.
#include "../support/world.hpp"

using namespace support;

namespace {

using auth::Admission;
using Whom = Admission::Whom;

const std::vector<auth::Protected> usual{
    {"/members", {}},
    {"/staff", {.whom = Whom::listed, .emails = {}, .domains = {"example.org"}, .providers = {}}},
    {"/op", {.whom = Whom::listed, .emails = {}, .domains = {}, .providers = {"op"}}},
    {"/other", {.whom = Whom::listed, .emails = {}, .domains = {}, .providers = {"github"}}},
    {"/open", {.whom = Whom::everybody, .emails = {}, .domains = {}, .providers = {}}},
    {"/lua", {.whom = Whom::asked, .emails = {}, .domains = {}, .providers = {}}}};

/// A site with these guarded parts.
struct Guarded : World {
  explicit Guarded(const Setup& setup = {}) : World(setup) { options.protect = usual; }

  std::string cookie_header() const {
    std::string all;
    for (const auto& [name, value] : browser.cookies) all += (all.empty() ? "" : "; ") + name + "=" + value;
    return all;
  }
  /// As Apache and lighttpd ask: for a page, or for what a script wants.
  http::Request asked(const std::string& path, bool page = true) const {
    http::Request request;
    request.is_for_guard = true;
    request.script_name = path;
    request.request_uri = path;
    request.cookie = cookie_header();
    request.accept = page ? "text/html,*/*;q=0.8" : "*/*";
    return request;
  }
  Reply at(const std::string& path) { return answer(asked(path)); }
  /// As nginx asks, with the address as the browser wrote it.
  Reply authorize(const std::string& address) {
    http::Request asking = request("GET", "/authorize");
    asking.request_uri = address;
    asking.cookie = cookie_header();
    asking.accept = "text/html";
    return answer(asking);
  }
};

std::string sign_in_for(const World& w, const std::string& encoded) {
  return w.root() + "/signin?callbackUrl=https%3A%2F%2Fexample.com" + encoded;
}

}  // namespace

TEST_CASE("somebody signed in comes in, and the program behind learns who it is") {
  for (const bool jwt : {false, true}) {
    Guarded w({.jwt = jwt});
    w.sign_in();
    const Reply reply = w.at("/members/x");
    CHECK(reply.status == 200);
    CHECK(reply.headers == http::Pairs{{"Variable-AUTH_USER", "1"},
                                       {"Variable-AUTH_EMAIL", "ann@example.com"},
                                       {"Variable-AUTH_NAME", "Ann"},
                                       {"Variable-AUTH_PROVIDER", "op"},
                                       {"Variable-REMOTE_USER", "1"}});
    CHECK(reply.body.empty());
  }
}

TEST_CASE("a page load is sent to the sign-in, all else is told 401, and nothing is set") {
  Guarded w;
  const Reply page = w.at("/members/x");
  CHECK(page.status == 302);
  CHECK(page.location == sign_in_for(w, "%2Fmembers%2Fx"));
  CHECK(page.set_cookies.empty());
  const Reply part = w.answer(w.asked("/members/x", false));
  CHECK(part.status == 401);
  CHECK(part.location.empty());
  http::Request fetched = w.asked("/members/x");
  fetched.fetch_mode = "cors";
  CHECK(w.answer(fetched).status == 401);
  fetched.fetch_mode = "navigate";
  fetched.accept = "*/*";
  CHECK(w.answer(fetched).status == 302);
}

TEST_CASE("the guarded page's own query and form are not looked at") {
  Guarded w;
  w.sign_in();
  http::Request request = w.asked("/members/x");
  request.method = http::Method::post;
  request.method_name = "POST";
  request.content_type = "multipart/form-data; boundary=x";
  CHECK(w.answer(request).status == 200);
}

TEST_CASE("who is signed in but not listed is told so") {
  Guarded w;
  w.sign_in();
  for (const char* path : {"/staff/x", "/other", "/lua"}) {
    const Reply reply = w.at(path);
    CHECK(reply.status == 302);
    CHECK(reply.location == w.error("AccessDenied"));
    CHECK(w.answer(w.asked(path, false)).status == 403);
  }
  CHECK(w.at("/op").status == 200);
  w.sql("UPDATE users SET email = 'ann@example.org'");
  CHECK(w.at("/staff/x").status == 200);
}

TEST_CASE("what is open for everybody tells who it is where it can") {
  Guarded w;
  CHECK(w.at("/open").headers == http::Pairs{{"Variable-AUTH_USER", ""},
                                             {"Variable-AUTH_EMAIL", ""},
                                             {"Variable-AUTH_NAME", ""},
                                             {"Variable-AUTH_PROVIDER", ""}});
  w.sign_in();
  CHECK(w.at("/open").header("Variable-AUTH_EMAIL") == "ann@example.com");
}

TEST_CASE("a path that nothing covers, or that can be read in two ways, is closed to everybody") {
  Guarded w;
  w.sign_in();
  for (const char* path : {"/", "/membership", "/Members", "/members/../x", "/members\\x", "/..", "*"}) {
    CHECK_MESSAGE(w.at(path).status == 302, path);
    CHECK_MESSAGE(w.at(path).location == w.error("AccessDenied"), path);
  }
  CHECK(w.logged("no path of \\\"protect\\\" covers /membership"));
  CHECK(w.at("/open/../members/x").status == 200);
}

TEST_CASE("with nothing to guard the guard lets nobody in") {
  Guarded w;
  w.options.protect.clear();
  w.sign_in();
  CHECK(w.at("/members").status == 302);
  // v3 has no such route.
  CHECK(w.authorize("/members").status == 400);
}

TEST_CASE("the sign-in itself is open") {
  Guarded w;
  w.options.protect = {{"/", {}}};
  CHECK(w.at("/api/auth/signin").status == 200);
  CHECK(w.at("/api/auth").status == 200);
  CHECK(w.at("/api/authors").status == 302);
  CHECK(w.at("/api/auth/../../x").status == 302);
}

TEST_CASE("Lua's function is asked with user and path; only true opens") {
  Guarded w;
  w.sign_in();
  for (const bool opens : {true, false}) {
    w.hooks.on_protect = [&](const Json& user, const std::string& path) {
      CHECK(base::to_json(user) == R"({"id":"1","name":"Ann","email":"ann@example.com","providers":["op"]})");
      CHECK(path == "/lua/x");
      return opens;
    };
    CHECK(w.at("/lua/x").status == (opens ? 200 : 302));
  }
  w.hooks.on_protect = [](const Json&, const std::string&) -> bool { throw hooks::Thrown("no"); };
  CHECK(w.at("/lua/x").location == w.error("AccessDenied"));
}

TEST_CASE("a callback that ends the session closes the door, too") {
  for (const bool jwt : {false, true}) {
    Guarded w({.jwt = jwt});
    w.sign_in();
    w.hooks.on_session = [](Json, const Json&) -> Json { throw hooks::Thrown("banned"); };
    CHECK(w.at("/members").location == sign_in_for(w, "%2Fmembers"));
  }
}

TEST_CASE("a session that has ended opens nothing") {
  for (const bool jwt : {false, true}) {
    Guarded w({.jwt = jwt});
    w.sign_in();
    w.clock.advance(31 * 24h);
    CHECK(w.at("/members").location == sign_in_for(w, "%2Fmembers"));
    w.browser.cookies["__Secure-next-auth.session-token"] = "x";
    CHECK(w.at("/members").status == 302);
  }
}

TEST_CASE("without a database the owner's jwt callback may note the provider") {
  Guarded w({.database = false});
  w.sign_in();
  CHECK(w.at("/members").status == 200);
  CHECK(w.at("/op").status == 302);
  w.hooks.on_jwt = [](Json token) {
    token.set("provider", "op");
    return token;
  };
  CHECK(w.at("/op").status == 200);
}

TEST_CASE("a database that fails closes the door") {
  Guarded w;
  w.sign_in();
  w.sql("DROP TABLE sessions");
  CHECK(w.at("/members").status == 500);
  CHECK(w.authorize("/members").status == 401);
  CHECK(w.logged("database_error"));
}

TEST_CASE("a name cannot end its header") {
  Guarded w;
  w.sign_in();
  w.sql("UPDATE users SET name = 'Ann' || char(13) || char(10) || 'Variable-REMOTE_USER: root'");
  CHECK(w.at("/members").header("Variable-AUTH_NAME") == "Ann  Variable-REMOTE_USER: root");
}

TEST_CASE("nor can an address, a provider or an id") {
  Guarded w;
  w.sign_in();
  w.sql("UPDATE users SET email = 'ann' || char(10) || '@example.com'");
  w.sql("UPDATE accounts SET provider_id = 'op' || char(13) || 'x'");
  CHECK(w.at("/members").header("Variable-AUTH_EMAIL") == "ann @example.com");
  CHECK(w.at("/members").header("Variable-AUTH_PROVIDER") == "op x");
  Guarded token({.database = false});
  token.op.person.set("sub", "ann\nVariable-REMOTE_USER: root");
  token.sign_in();
  for (const char* name : {"Variable-AUTH_USER", "Variable-REMOTE_USER"})
    CHECK(token.at("/members").header(name) == "ann Variable-REMOTE_USER: root");
}

// https://example.com@evil.example is an address of evil.example's.
TEST_CASE("an address that is no path is not where one comes back to") {
  Guarded w;
  for (const char* address : {"@evil.example/", ".evil.example/", "https://evil.example/", ""}) {
    http::Request request = w.asked("/members");
    request.request_uri = address;
    CHECK_MESSAGE(w.answer(request).location == sign_in_for(w, "%2F"), address);
  }
}

TEST_CASE("nginx is told 200 with who it is, or 401 with where to go, and nothing else") {
  Guarded w;
  const Reply unknown = w.authorize("/members/a%20b?x=1&y=%26");
  CHECK(unknown.status == 401);
  CHECK(unknown.header("X-Auth-Location") == sign_in_for(w, "%2Fmembers%2Fa%2520b%3Fx%3D1%26y%3D%2526"));
  CHECK(unknown.set_cookies.empty());
  CHECK(w.authorize("/api/auth/authorize").status == 200);
  w.sign_in();
  const Reply known = w.authorize("/members/%2e%2e/members/x");
  CHECK(known.status == 200);
  CHECK(known.header("X-Auth-User") == "1");
  CHECK(known.header("X-Auth-Email") == "ann@example.com");
  CHECK(known.header("X-Auth-Name") == "Ann");
  CHECK(known.header("X-Auth-Provider") == "op");
  CHECK(known.set_cookies.empty());
  CHECK(w.authorize("/staff").header("X-Auth-Location") == w.error("AccessDenied"));
  for (const char* address :
       {"/", "", "/members/%zz", "/%6dembership", "/open/%2e%2e/staff", "//evil.example/"})
    CHECK_MESSAGE(w.authorize(address).status == 401, address);
  http::Request posted = w.request("POST", "/authorize");
  CHECK(w.answer(posted).status == 401);
  http::Request broken = w.request("GET", "/authorize?a=%zz");
  CHECK(w.answer(broken).status == 401);
}

TEST_CASE("Apache's ErrorDocument leads to the sign-in and back") {
  Guarded w;
  const auto document = [&](const std::string& path, const std::string& query, const std::string& uri) {
    http::Request request = w.request("GET", "/signin");
    request.request_uri = uri;
    request.redirected = {"401", path, query};
    request.cookie = w.cookie_header();
    request.accept = "text/html";
    return w.answer(request);
  };
  CHECK(document("/members/a b", "x=1", "/members/a%20b?x=1").location ==
        sign_in_for(w, "%2Fmembers%2Fa%2520b%3Fx%3D1"));
  // Rewritten once more on the way.
  CHECK(document("/api/auth/signin", "", "/members/a%20b?x=1").location ==
        sign_in_for(w, "%2Fmembers%2Fa%2520b%3Fx%3D1"));
  w.sign_in();
  CHECK(document("/staff/x", "", "/staff/x").location == w.error("AccessDenied"));
  // A 401 of somebody else's, or no ErrorDocument at all: the page.
  CHECK(document("/members/x", "", "/members/x").status == 200);
  http::Request plain = w.request("GET", "/signin");
  plain.redirected = {"200", "/members/x", ""};
  CHECK(w.answer(plain).status == 200);
}
