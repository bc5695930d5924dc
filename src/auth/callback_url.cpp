#include "auth/auth.hpp"
#include "base/text.hpp"
#include "http/http.hpp"

namespace auth {

bool is_callback_url(std::string_view url, const model::Site& site) {
  if (http::is_plainly_within(url, site.base_url)) return true;
  // A cookie may hold any bytes; those that are no text would go on into pages and JSON.
  if (!base::is_utf8(url)) return false;
  if (!url.starts_with("/")) return http::parse_url_as_browser(url).has_value();
  // "//host" names a host, which must be one.
  const bool names_host = url.size() > 1 && (url[1] == '/' || url[1] == '\\');
  if (!names_host) return true;
  const std::string scheme = site.base_url.substr(0, site.base_url.find(':') + 1);
  return http::parse_url_as_browser(scheme + std::string(url)).has_value();
}

}  // namespace auth
