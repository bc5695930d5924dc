// URLs of visitors and of providers. Where the site sends somebody must be on the site, for each of the two
// readers.
#include "auth/auth.hpp"
#include "fuzz.hpp"
#include "hooks/hooks.hpp"
#include "http/http.hpp"

namespace {

const std::string home = "https://example.com";

void check_readers(std::string_view text) {
  const auto strict = http::parse_url(text);
  const auto browser = http::parse_url_as_browser(text);
  if (!strict) return;
  fuzz::require(browser.has_value(), "a browser reads what the strict reader reads");
  fuzz::require(browser->origin() == strict->origin() && browser->userinfo == strict->userinfo,
                "both readers see the same origin");
  const auto again = http::parse_url(strict->origin() + strict->target());
  fuzz::require(again && again->origin() == strict->origin() && again->target() == strict->target(),
                "a URL can be written again");
}

void check_redirect(const std::string& to) {
  const auto browser = http::parse_url_as_browser(to);
  fuzz::require(browser && browser->origin() == home && !browser->userinfo, "a redirect stays on the site");
  if (const auto strict = http::parse_url(to))
    fuzz::require(strict->origin() == home, "for the strict reader too");
}

/// As a web server, and then the guard, take the path of an address.
void check_path(std::string_view text) {
  const auto decoded = http::decode(text);
  const auto path = http::plain_path(decoded ? *decoded : std::string(text));
  if (!path) return;
  fuzz::require(path->starts_with('/') && path->find("//") == std::string::npos, "one slash between parts");
  fuzz::require((*path + "/").find("/../") == std::string::npos, "no path leads up");
  fuzz::require(http::plain_path(*path) == path, "a plain path stays as it is");
  fuzz::require(http::decode(http::encode_path(*path)) == path, "a path can be written and read again");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text(data, size));
  check_readers(text);
  check_path(text);
  bool refused = false;
  try {
    check_redirect(hooks::Hooks().redirect(text, home));
  } catch (const hooks::Thrown&) {
    refused = true;
  }
  if (auth::is_callback_url(text, {home, "/api/auth"}))
    fuzz::require(!refused, "a callback URL has a redirect");
  return 0;
}
