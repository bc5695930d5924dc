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
