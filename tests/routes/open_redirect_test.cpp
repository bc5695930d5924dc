// No address that anybody gives leads a browser off this site, wherever it is given and however it is
// written.
#include "../support/hostile_site.hpp"

using namespace support;

namespace {

const std::string cookie = "__Secure-next-auth.callback-url";

}  // namespace

TEST_CASE("no address in a body leads off the site: signing in with a password, as page and as JSON") {
  HostileSite w;
  for (const std::string& wanted : evil_addresses()) {
    CAPTURE(wanted);
    CHECK(stays(w, w.sign_in_with_password("ann", {{"callbackUrl", wanted}}).location));
    CHECK(stays(w, w.sign_in_with_password("ann", {{"callbackUrl", wanted}, {"json", "true"}}).url()));
    w.browser.cookies.erase(cookie);
  }
}

TEST_CASE("no address in a body leads off the site: signing out") {
  HostileSite w;
  for (const std::string& wanted : evil_addresses()) {
    CAPTURE(wanted);
    CHECK(stays(w, w.browser.sign_out({{"callbackUrl", wanted}}).location));
    CHECK(stays(w, w.browser.sign_out({{"callbackUrl", wanted}, {"json", "true"}}).url()));
  }
}

TEST_CASE("no address in a body leads off the site: by way of a provider and back") {
  for (const std::string& wanted : evil_addresses()) {
    HostileSite w;
    CAPTURE(wanted);
    const Reply started = w.start("op", {{"callbackUrl", wanted}});
    if (started.location.starts_with("https://op.example/"))
      CHECK(stays(w, w.get(w.browser.approve(started)).location));
    else
      CHECK(started.location == w.error("Configuration"));
  }
}

TEST_CASE("no address in a query leads off the site, nor does it stay in the cookie") {
  HostileSite w;
  for (const std::string& wanted : evil_addresses()) {
    CAPTURE(wanted);
    w.browser.cookies.erase(cookie);
    const std::string query = "?callbackUrl=" + http::encode(wanted);
    for (const char* route : {"/signin", "/session", "/csrf", "/error", "/signin/op"}) {
      const Reply reply = w.get(route + query);
      CHECK((reply.status == 200 || reply.status == 500 || reply.location == w.error("Configuration")));
    }
    const std::string kept = http::decode(w.browser.cookies[cookie]).value_or("");
    CHECK((kept.empty() || stays(w, kept)));
    w.browser.cookies.erase(cookie);
    CHECK(stays(w, w.post("/callback/staff" + query,
                          {{"csrfToken", w.browser.csrf()}, {"login", "ann"}, {"password", "right"}})
                       .location));
  }
}

TEST_CASE("no address in a planted cookie leads off the site, encoded or not") {
  HostileSite w;
  const std::string csrf = w.browser.csrf();
  for (const std::string& wanted : evil_addresses())
    for (const std::string& value : {http::encode(wanted), wanted}) {
      CAPTURE(value);
      for (const char* route : {"/callback/staff", "/signout"}) {
        w.browser.cookies[cookie] = value;
        CHECK(
            stays(w, w.post(route, {{"csrfToken", csrf}, {"login", "ann"}, {"password", "right"}}).location));
      }
    }
}

TEST_CASE("no address beside a link in a mail leads off the site") {
  HostileSite w;
  for (const std::string& wanted : evil_addresses()) {
    CAPTURE(wanted);
    w.browser.cookies.clear();
    const std::string link = w.link_for("ann@example.com");
    const Reply page = w.get(link + "&callbackUrl=" + http::encode(wanted));
    CHECK((page.status == 200 || page.location == w.error("Configuration")));
    w.browser.cookies.clear();
    CHECK(stays(w, w.follow_link(link, {{"callbackUrl", wanted}}).location));
  }
}

TEST_CASE("an address that stays is not changed") {
  HostileSite w;
  for (const char* wanted :
       {"https://example.com/a?b=https://evil.com#c", "https://example.com", "https://example.com:443/"})
    CHECK(w.sign_in_with_password("ann", {{"callbackUrl", wanted}}).location == wanted);
  CHECK(w.sign_in_with_password("ann", {{"callbackUrl", "/a//b?c=//d"}}).location ==
        "https://example.com/a//b?c=//d");
}

TEST_CASE("what a provider adds to its answer leads nowhere else") {
  for (const std::string& wanted : {std::string("https://evil.com"), std::string("//evil.com")}) {
    HostileSite w;
    w.op.in_answer = [&](http::Pairs& p) {
      for (const char* name : {"callbackUrl", "redirect_uri", "url", "returnTo", "next"})
        p.emplace_back(name, wanted);
    };
    CHECK(stays(w, w.sign_in("op", {{"callbackUrl", "/wanted"}}).location));
  }
}
