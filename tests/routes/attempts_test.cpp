// Attempts are counted by whom they are about, in whatever way that is written, and by nothing that tells who
// it is.
#include <algorithm>

#include "../support/hostile_site.hpp"

using namespace support;

namespace {

constexpr auth::Rate three{3, base::Seconds(600)};

int try_password(HostileSite& site, const std::string& login) {
  return site.sign_in_with_password(login, {{"json", "true"}}).status;
}

int ask_for_mail(HostileSite& site, const std::string& address) {
  return site
      .post("/signin/email", {{"csrfToken", site.browser.csrf()}, {"email", address}, {"json", "true"}})
      .status;
}

/// The same from an address, as a proxy may hand it on.
int try_from(HostileSite& site, const std::string& address, const std::string& forwarded_for = "") {
  http::Request request = site.request("POST", "/callback/staff");
  request.content_type = "application/x-www-form-urlencoded";
  request.body = http::encode_query({{"csrfToken", site.browser.csrf()}, {"json", "true"}});
  for (const auto& [name, value] : site.browser.cookies) request.cookie += name + "=" + value + "; ";
  request.remote_address = address;
  request.forwarded_for = forwarded_for;
  return site.answer(request).status;
}

}  // namespace

TEST_CASE("a member's number is one name, however it is written") {
  HostileSite site;
  site.options.rate_limits = {{}, three, {}};
  for (const char* name : {"42", "0042", "42.0"}) CHECK(try_password(site, name) == 200);
  for (const char* name : {"42.", "+42", "4.2e1", "4.2E+1", " 42", "\v42", "42\f", "\t+0042.00\n"})
    CHECK_MESSAGE(try_password(site, name) == 429, name);
  for (const char* name : {"43", "-42", "42a", "0x42", "1e999", "nan", "inf", "+"})
    CHECK_MESSAGE(try_password(site, name) == 200, name);
}

TEST_CASE("a network of IPv6 is one client, an address of IPv4 is") {
  HostileSite site;
  site.options.rate_limits = {three, {}, {}};
  for (const char* address : {"2001:db8::1", "2001:db8::2", "2001:db8::ffff:1"})
    CHECK(try_from(site, address) == 401);
  CHECK(try_from(site, "2001:db8::3") == 429);
  CHECK(try_from(site, "2001:db8:0:1::1") == 401);
  for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"})
    CHECK(try_from(site, address) == 401);
}

TEST_CASE("behind a trusted proxy the client is who the proxy says, else the proxy itself") {
  HostileSite site;
  site.options.rate_limits = {three, {}, {}};
  for (int i = 1; i <= 3; ++i) CHECK(try_from(site, "10.0.0.1", "192.0.2." + std::to_string(i)) == 401);
  CHECK(try_from(site, "10.0.0.1", "192.0.2.4") == 429);
  site.options.trusted_proxies = {http::parse_address_range("10.0.0.1").value()};
  for (int i = 0; i < 3; ++i) CHECK(try_from(site, "10.0.0.1", "203.0.113.9, 192.0.2.9") == 401);
  CHECK(try_from(site, "10.0.0.1", "203.0.113.8, 192.0.2.9") == 429);
  CHECK(try_from(site, "10.0.0.1", "192.0.2.8") == 401);
}

TEST_CASE("mails to one mailbox are counted together") {
  HostileSite site;
  site.options.rate_limits = {{}, {}, three};
  for (const char* address : {"ann.lee@example.com", "annlee+1@example.com", "ANNLEE@example.com"})
    CHECK(ask_for_mail(site, address) == 200);
  for (const char* address : {"annlee@example.com", "ann.lee+2@example.com"})
    CHECK_MESSAGE(ask_for_mail(site, address) == 429, address);
  CHECK(ask_for_mail(site, "annlee@example.org") == 200);
}

TEST_CASE("what is counted is no list of who tried, and each kind is counted apart") {
  HostileSite site;
  site.options.rate_limits = {three, three, three};
  try_password(site, "jane");
  const std::string buckets = site.sql("SELECT bucket FROM rate_limits");
  CHECK(std::count(buckets.begin(), buckets.end(), '\n') == 2);
  CHECK(buckets.find("jane") == std::string::npos);
  const auto store = site.database->lend();
  for (int i = 0; i < 3; ++i) auth::count_attempt(*store, three, "recipient", "x");
  CHECK_NOTHROW(auth::count_attempt(*store, three, "account", "x"));
  CHECK_THROWS_AS(auth::count_attempt(*store, three, "recipient", "x"), auth::TooMany);
}
