// The error page, the sign-in page's errors, and pages of one's own.
#include <fstream>

#include "../support/world.hpp"

using namespace support;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("error codes have v3's status, compared without case") {
  const std::pair<const char*, int> table[] = {{"Configuration", 500}, {"configuration", 500},
                                               {"CONFIGURATION", 500}, {"AccessDenied", 403},
                                               {"accessdenied", 403},  {"Verification", 403},
                                               {"vErIfIcAtIoN", 403},  {"Default", 200},
                                               {"unknown", 200},       {"", 200}};
  for (const auto& row : table) {
    World w;
    CHECK_MESSAGE(w.get(std::string("/error?error=") + row.first).status == row.second, row.first);
    CHECK(w.get(std::string("/error/") + row.first).status == row.second);
  }
}

TEST_CASE("the nine sign-in codes lead to the sign-in page, compared exactly") {
  World w;
  for (const char* code :
       {"Signin", "OAuthSignin", "OAuthCallback", "OAuthCreateAccount", "EmailCreateAccount", "Callback",
        "OAuthAccountNotLinked", "EmailSignin", "CredentialsSignin"})
    CHECK(w.get(std::string("/error?error=") + code).location == w.root() + "/signin?error=" + code);
  CHECK(w.get("/error?error=oauthsignin").status == 200);
}

TEST_CASE("the sign-in page says what an error means, never what it was given") {
  World w;
  CHECK(has(w.get("/signin?error=OAuthAccountNotLinked").body,
            "sign in with the same account you used originally"));
  CHECK(has(w.get("/signin?error=unknown").body, "Unable to sign in. Please try again."));
  CHECK_FALSE(has(w.get("/signin?error=%3Cscript%3E").body, "script>"));
  CHECK(has(w.get("/signin?csrf=true").body, "This page has expired"));
  CHECK_FALSE(has(w.get("/signin").body, "role=\"alert\""));
}

TEST_CASE("nothing of a request is echoed unescaped") {
  World w;
  for (const char* path :
       {"/signin?callbackUrl=%2F%22%3E%3Cscript%3E", "/error?error=%3Cscript%3E", "/error/%3Cscript%3E",
        "/%3Cscript%3E", "/signout?callbackUrl=%2F%3Cscript%3E", "/verify-request?provider=%3Cscript%3E"})
    CHECK_MESSAGE(!has(w.get(path).body, "<script"), path);
}

TEST_CASE("a page of one's own gets callbackUrl and error, encoded") {
  World w;
  w.options.pages.sign_in = "/login";
  CHECK(w.get("/signin?callbackUrl=%2Fa%3Fb%3Dc%26d").location ==
        "/login?callbackUrl=https%3A%2F%2Fexample.com%2Fa%3Fb%3Dc%26d");
  CHECK(w.get("/signin?error=x%26y&callbackUrl=%2F").location ==
        "/login?callbackUrl=https%3A%2F%2Fexample.com%2F&error=x%26y");
  CHECK(w.get("/signin/op?callbackUrl=%2F").location ==
        "/login?callbackUrl=https%3A%2F%2Fexample.com%2F&error=op");
  w.options.pages.sign_in = "https://login.example.com/?x=1";
  CHECK(w.get("/signin?callbackUrl=%2F").location ==
        "https://login.example.com/?x=1&callbackUrl=https%3A%2F%2Fexample.com%2F");
}

TEST_CASE("an error page of one's own gets the code where there is one") {
  World w;
  w.options.pages.error = "/oops";
  CHECK(w.get("/error?error=AccessDenied").location == "/oops?error=AccessDenied");
  CHECK(w.get("/error/Verification").location == "/oops?error=Verification");
  CHECK(w.get("/error").location == "/oops");
  CHECK(w.get("/error?error=a&error=b").location == "/oops?error=a");
}

TEST_CASE("the other pages of one's own") {
  World w;
  w.options.pages.sign_out = "/bye";
  w.options.pages.verify_request = "/check";
  CHECK(w.get("/signout").location == "/bye");
  CHECK(w.get("/verify-request").location == "/check");
}

TEST_CASE("pages carry a strict Content-Security-Policy, with a nonce of their own") {
  World w;
  const std::string policy = w.get("/signin").header("Content-Security-Policy");
  for (const char* part : {"default-src 'none'", "style-src 'nonce-", "base-uri 'none'",
                           "frame-ancestors 'none'", "form-action 'self' https:"})
    CHECK_MESSAGE(has(policy, part), part);
  CHECK_FALSE(has(policy, "unsafe"));
  CHECK_FALSE(has(policy, "script-src"));
  CHECK(policy != w.get("/signin").header("Content-Security-Policy"));
  CHECK(has(w.get("/error").header("Content-Security-Policy"), "form-action 'none'"));
  for (const char* page : {"/signin", "/signout", "/error", "/verify-request"})
    CHECK_FALSE(has(w.get(page).body, "<script"));
}

TEST_CASE(
    "a page's nonce is of 16 random bytes, and only a site without TLS has forms that leave it behind") {
  World w;
  const std::string policy = w.get("/signin").header("Content-Security-Policy");
  const size_t at = policy.find("'nonce-") + 7;
  CHECK(policy.find('\'', at) - at == 22);
  CHECK_FALSE(has(policy, "http:"));
  World plain({.base_url = "http://localhost:8080"});
  CHECK(has(plain.get("/signin").header("Content-Security-Policy"), "form-action 'self' https: http:"));
}

TEST_CASE("what goes wrong inside is for the log") {
  World w;
  w.sign_in();
  w.hooks.on_session = [](Json, const Json&) -> Json { throw std::logic_error("an inner s3cret"); };
  const Reply reply = w.get("/session");
  CHECK(reply.status == 500);
  CHECK(reply.body == "Error: something went wrong here. The server's log says what.");
  CHECK(w.logged("an inner s3cret"));
}

TEST_CASE("who tries too often learns when to come back, on a page and as JSON") {
  World w;
  w.options.rate_limits.address = {.count = 1, .window = 10min};
  w.start();
  for (const http::Pairs& form : {http::Pairs{}, http::Pairs{{"json", "true"}}}) {
    const Reply reply = w.start("op", form);
    CHECK(reply.status == 429);
    CHECK(reply.header("Retry-After") == "600");
  }
}

TEST_CASE("the sign-in page has a button for each provider, with the CSRF token") {
  World w({.more = {HostileProvider::plain_entry("acme", Json::object({{"name", "Äcme & <Co>"}}))}});
  const Reply page = w.get("/signin?callbackUrl=%2Fa");
  CHECK(has(page.body, "action=\"https://example.com/api/auth/signin/op\""));
  CHECK(has(page.body, "Sign in with Äcme &amp; &lt;Co&gt;"));
  CHECK(has(page.body, "data-initial=\"Ä\""));
  CHECK(has(page.body, "name=\"csrfToken\" value=\"" + w.browser.csrf() + "\""));
  CHECK(has(page.body, "name=\"callbackUrl\" value=\"https://example.com/a\""));
  CHECK(page.body.find("signin/op") < page.body.find("signin/acme"));
}

TEST_CASE("pages speak the visitor's language") {
  World w;
  w.browser.accept_language = "de-AT,en;q=0.5";
  const Reply page = w.get("/signin");
  CHECK(has(page.body, "<html lang=\"de\""));
  CHECK(page.header("Content-Language") == "de");
  CHECK(page.header("Vary") == "Accept-Language");
}

TEST_CASE("providers are listed in configuration order with v3's members") {
  World w({.more = {HostileProvider::plain_entry("acme")}});
  CHECK(
      w.get("/providers").body ==
      R"({"op":{"id":"op","name":"Op","type":"oauth","signinUrl":"https://example.com/api/auth/signin/op",)"
      R"("callbackUrl":"https://example.com/api/auth/callback/op"},)"
      R"("acme":{"id":"acme","name":"acme","type":"oauth","signinUrl":"https://example.com/api/auth/signin/acme",)"
      R"("callbackUrl":"https://example.com/api/auth/callback/acme"}})");
}

TEST_CASE("a provider's name may have any characters that can be seen, and a site no provider") {
  Json entry = HostileProvider::plain_entry("acme");
  entry.set("name", "\"A\\B\" \xc3\xa4</script>");
  World w({.more = {entry}});
  const Json all = w.get("/providers").json();
  CHECK(all.find("acme")->text_of("name") == entry.text_of("name"));
  CHECK(all.members().size() == 2);
  w.providers.clear();
  CHECK(w.get("/providers").body == "{}");
}

TEST_CASE("while the configuration is of no use everything is 500, the reason stays in the log") {
  http::Request request;
  request.accept_language = "fr";
  const http::Response page = routes::unconfigured(request);
  CHECK(page.status == 500);
  CHECK(has(page.body, "<html lang=\"fr\""));
}

TEST_CASE(
    "where templates of one's own are of no use the built-in error page says so, the reason stays in the "
    "log") {
  World w;
  w.options.page.templates = w.folder.file("");
  std::ofstream(w.folder.file("error.html")) << "{{>nothing}}";
  for (const char* route : {"/error", "/error?error=Verification"}) {
    w.log.clear();
    const Reply page = w.get(route);
    CHECK(page.status == 500);
    CHECK(has(page.body, "<html lang=\"en\""));
    CHECK(page.header("Content-Security-Policy") != "");
    CHECK(w.log.size() == 1);
    CHECK(w.logged("configuration_error action=error reason=\"templates: error.html: there is no partial"));
  }
  w.options.rate_limits.address = {1, 10min};
  w.browser.start("op");
  CHECK(w.browser.start("op").status == 500);
  CHECK_FALSE(w.logged("internal_error"));
}

TEST_CASE("a database that fails is 500, with nothing for the client to take for a session") {
  World w({.database = true});
  w.sign_in();
  w.sql("DROP TABLE sessions");
  CHECK(w.get("/session").status == 500);
  CHECK(w.get("/session").body == "{}");
  CHECK(w.logged("database_error"));
  const Reply json = w.browser.sign_out({{"json", "true"}});
  CHECK(json.status == 500);
  CHECK(json.url() == w.error("Configuration"));
  CHECK(w.browser.sign_out().status == 500);
}
