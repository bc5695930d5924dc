// What sign-ins leave in the database goes again, whichever way of signing in a site has.
#include "../support/hostile_site.hpp"

using namespace support;

namespace {

/// Rows that expired a day ago.
size_t expired_rows(HostileSite& site) {
  const std::string moment = "'" + base::sql_time(site.clock.now() - std::chrono::hours(24)) + "'";
  size_t rows = 0;
  for (const std::string table : {"sessions WHERE expires", "verification_requests WHERE expires",
                                  "oauth_states WHERE expires", "rate_limits WHERE full_at"})
    rows += std::stoul(site.sql("SELECT count(*) FROM " + table + " <= " + moment));
  return rows;
}

/// Attempts until nothing of an earlier day is left; 0 if there was nothing, 500 if it stays.
size_t attempts_until_tidy(const std::function<void(HostileSite&)>& attempt) {
  HostileSite site;
  site.options.rate_limits.account = site.options.rate_limits.recipient = {};
  site.link_for("ann@example.com");
  site.sign_in_with_password("ann");
  site.start("acme");
  site.browser.cookies.clear();
  site.clock.advance(std::chrono::hours(24 * 40));
  size_t count = 0;
  for (; count < 500 && expired_rows(site) > 0; ++count) {
    site.clock.advance(std::chrono::minutes(1));  // within the limit of attempts
    attempt(site);
  }
  return count;
}

}  // namespace

TEST_CASE("what has expired goes with sign-in attempts of every kind") {
  const std::function<void(HostileSite&)> kinds[] = {
      [](HostileSite& site) { site.start("acme"); },
      [](HostileSite& site) {
        site.post("/signin/email", {{"csrfToken", site.browser.csrf()}, {"email", "none"}});
      },
      [](HostileSite& site) {
        site.post("/callback/staff",
                  {{"csrfToken", site.browser.csrf()}, {"login", "x"}, {"password", "wrong"}});
      },
  };
  for (const auto& attempt : kinds) {
    const size_t attempts = attempts_until_tidy(attempt);
    CHECK(attempts > 0);
    CHECK(attempts < 500);
  }
}

TEST_CASE("requests that are no attempt delete nothing") {
  const auto look = [](HostileSite& site) {
    site.get("/session");
    site.post("/callback/staff", {{"login", "x"}});  // without the CSRF token
  };
  CHECK(attempts_until_tidy(look) == 500);
}
