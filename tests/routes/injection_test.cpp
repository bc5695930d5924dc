// What visitors, providers and the owner's own names contain does not become a header, a tag or a line of a
// mail.
#include <fstream>
#include <sstream>

#include "../support/hostile_site.hpp"
#include "base/text.hpp"

using namespace support;

namespace {

const std::vector<std::string> breakouts{"x\r\nSet-Cookie: evil=1",
                                         "x\nLocation: https://evil.com",
                                         "x\r\n\r\n<script>alert(1)</script>",
                                         "x\rY: z",
                                         "\"><script>alert(1)</script>",
                                         "'><img src=x onerror=alert(1)>",
                                         "</title><script>alert(1)</script>",
                                         "{{csrfToken}}{{{t.signIn}}}{{>head}}",
                                         "x\xe2\x80\xa8y",
                                         "x\x1b[31m\x08"};

void check_headers(const Reply& reply) {
  for (const auto& header : reply.headers) {
    const std::string line = header.first + ": " + header.second;
    CHECK_MESSAGE(!base::has_control(line), line);
    CHECK_MESSAGE(line.find("evil=1") == line.find("evil=1%"), line);
  }
  CHECK(reply.cookie("evil").empty());
  CHECK(reply.header("X-Frame-Options") == "DENY");
  CHECK(reply.header("X-Content-Type-Options") == "nosniff");
}

void check_page(const Reply& reply) {
  for (const char* tag : {"<script", "<img src=x", "onerror=alert(1)>", "</title><s", "<b>Mail", "<i>Login"})
    CHECK_MESSAGE(reply.body.find(tag) == std::string::npos, tag);
}

std::string file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Quoted-printable undone, as far as it matters here.
std::string readable(std::string mail) {
  return base::replace_all(base::replace_all(base::replace_all(mail, "=\n", ""), "=3D", "="), "\r", "");
}

}  // namespace

TEST_CASE("nothing in a query becomes a header or a tag, on any route") {
  HostileSite w;
  for (const std::string& value : breakouts)
    for (const char* name : {"callbackUrl", "error", "csrf", "email", "token", "provider", "type", "code",
                             "state", "iss", "error_description", "oauth_token", "denied", "json"})
      for (const char* route :
           {"/signin", "/signin/op", "/signout", "/error", "/verify-request", "/callback/op",
            "/callback/email", "/callback/staff", "/session", "/unknown"}) {
        INFO(route, " ", name, " ", value);
        w.browser.cookies.clear();
        const Reply reply = w.get(std::string(route) + "?" + name + "=" + http::encode(value));
        check_headers(reply);
        check_page(reply);
      }
}

TEST_CASE("nothing in a path becomes a header or a tag") {
  HostileSite w;
  for (const std::string& value : breakouts)
    for (const char* front : {"/", "/signin/", "/error/", "/callback/", "/verify-request/"}) {
      http::Request request = w.request("GET", "/");
      request.path_info = front + value;
      for (const char* method : {"GET", "POST", "HEAD", "<SCRIPT>", "X\r\nY: Z"}) {
        request.method_name = method;
        request.method = *method == 'P'   ? http::Method::post
                         : *method == 'G' ? http::Method::get
                                          : http::Method::other;
        Reply reply;
        static_cast<http::Response&>(reply) = w.answer(request);
        check_headers(reply);
        check_page(reply);
      }
    }
}

TEST_CASE("nothing in a cookie or another header becomes a header or a tag") {
  HostileSite w;
  for (const std::string& value : breakouts)
    for (const char* name :
         {"__Secure-next-auth.callback-url", "__Host-next-auth.csrf-token",
          "__Secure-next-auth.session-token", "__Secure-next-auth.session-token.0", "evil"})
      for (const char* route : {"/signin", "/session", "/csrf", "/error"}) {
        w.browser.cookies = {{name, http::encode(value)}};
        w.browser.accept_language = value;
        const Reply reply = w.get(route);
        check_headers(reply);
        check_page(reply);
      }
}

TEST_CASE("nothing in a body becomes a header or a tag, in the answer nor behind it") {
  HostileSite w;
  for (const std::string& value : breakouts)
    for (const char* name : {"callbackUrl", "email", "login", "token", "csrfToken", "json"})
      for (const char* route : {"/signin/op", "/signin/email", "/signin/staff", "/callback/staff",
                                "/callback/email", "/callback/op", "/signout", "/_log"}) {
        http::Pairs form{{"csrfToken", w.browser.csrf()}, {"password", "right"}};
        http::put(form, name, value);
        const Reply reply = w.post(route, form);
        check_headers(reply);
        check_page(reply);
      }
}

TEST_CASE("names from the configuration are shown as they are, and do nothing") {
  HostileSite w;
  const std::string body = w.get("/signin").body;
  check_page(w.get("/signin"));
  CHECK(body.find("A&quot;") != std::string::npos);
  CHECK(body.find("&lt;b&gt;Mail&lt;/b&gt;") != std::string::npos);
  CHECK(body.find("&lt;i&gt;Login&lt;/i&gt;") != std::string::npos);
}

TEST_CASE("a template's tags in a value are text") {
  HostileSite w;
  CHECK(w.get("/signin?email=%7B%7BcsrfToken%7D%7D").body.find("value=\"{{csrfToken}}\"") !=
        std::string::npos);
}

TEST_CASE("the page behind a link shows no more than the address that was asked for") {
  HostileSite w;
  const std::string link = w.link_for("o'brien&x=y@example.com");
  const Reply page = w.get(link);
  CHECK(page.status == 200);
  check_headers(page);
  CHECK(page.header("Content-Security-Policy").find("frame-ancestors 'none'") != std::string::npos);
  CHECK(page.header("Referrer-Policy") == "no-referrer");  // the address has the token in it
  CHECK(page.body.find("&amp;x=y@example.com") != std::string::npos);
}

TEST_CASE("an error code that is a message's key is no message") {
  HostileSite w;
  const std::string body = w.get("/signin?error=orAccessDeniedText").body;
  CHECK(body.find("You do not have permission") == std::string::npos);
  CHECK(body.find("class=\"error\"") != std::string::npos);
}

TEST_CASE("a mail holds one recipient, one link and nothing of whoever asks for it") {
  HostileSite w;
  w.browser.accept_language = "en\r\nBcc: evil@evil.com";
  const std::string csrf = w.browser.csrf();
  const Reply sent = w.post("/signin/email?callbackUrl=%2F%22%3E%3Cscript%3E&email=evil%40evil.com",
                            {{"csrfToken", csrf},
                             {"email", "o'brien&x@example.com"},
                             {"subject", "evil"},
                             {"from", "evil@evil.com"},
                             {"to", "evil@evil.com"}});
  CHECK(sent.location == w.root() + "/verify-request?provider=email&type=email");
  const std::string mail = readable(file(w.mail_file()));
  CHECK(mail.find("\nTo: o'brien&x@example.com\n") != std::string::npos);
  for (const char* part : {"evil", "Bcc", "<script>", "\nCc:"})
    CHECK_MESSAGE(mail.find(part) == std::string::npos, part);
  CHECK(mail.find("email=o'brien%26x%40example.com&token=") != std::string::npos);
  CHECK(mail.find("email=o&apos;brien%26x%40example.com&amp;token=") != std::string::npos);
}

TEST_CASE("a site's name cannot break its mails: subject and body are encoded") {
  Setup setup = every_way();
  setup.base_url = "https://xn--bcher-kva.example:8443";
  HostileSite w(setup);
  CHECK(w.post("/signin/email", {{"csrfToken", w.browser.csrf()}, {"email", "ann@example.com"}}).location ==
        w.root() + "/verify-request?provider=email&type=email");
  CHECK(file(w.mail_file()).find("\nSubject: Sign in to xn--bcher-kva.example:8443") != std::string::npos);
}
