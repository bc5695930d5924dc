#include <algorithm>

#include "base/text.hpp"
#include "config/reader.hpp"

namespace config {
namespace {

bool is_cookie_name(std::string_view name) {  // a token (RFC 6265 §4.1.1)
  return !name.empty() && name.find_first_not_of(
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                              "!#$%&'*+-.^_`|~") == std::string_view::npos;
}

/// "lax", "strict", "none", or v3's true (strict) and false (no such attribute).
void read_same_site(const Reader& reader, std::string& out) {
  const base::Json* value = reader.find("sameSite");
  if (!value) return;
  if (value->is_bool()) {
    out = value->boolean() ? "strict" : "";
    return;
  }
  std::string text = value->is_string() ? base::lower(value->text()) : "?";
  if (text != "lax" && text != "strict" && text != "none")
    return reader.complain("sameSite", "must be \"lax\", \"strict\", \"none\", true or false");
  out = std::move(text);
}

void read_attributes(const Reader& reader, http::CookieOptions& options) {
  reader.boolean("httpOnly", options.http_only);
  reader.boolean("secure", options.secure);
  reader.text("path", options.path);
  reader.text("domain", options.domain);
  read_same_site(reader, options.same_site);
  if (reader.find("maxAge")) {
    long long seconds = 0;
    reader.number("maxAge", seconds, 1, 400LL * 86400);
    options.max_age = seconds;
  }
  if (options.path.find(';') != std::string::npos) reader.complain("path", "must not contain ';'");
  if (options.domain.find(';') != std::string::npos) reader.complain("domain", "must not contain ';'");
}

/// What browsers would throw away without a word.
void check_prefix(const Reader& reader, const routes::Cookie& cookie) {
  const http::CookieOptions& with = cookie.options;
  if (cookie.name.starts_with("__Secure-") && !with.secure)
    reader.complain("name", "a cookie named __Secure-… must be secure");
  if (cookie.name.starts_with("__Host-") && (!with.secure || with.path != "/" || !with.domain.empty()))
    reader.complain("name", "a cookie named __Host-… must be secure, of path \"/\" and without domain");
  if (with.same_site == "none" && !with.secure)
    reader.complain("options", "sameSite \"none\" needs secure: true");
}

void read_cookie(const Reader& cookies, std::string_view key, routes::Cookie& cookie) {
  const base::Json* object = cookies.object(key);
  if (!object) return;
  const Reader reader(*object, cookies.pointer(key), cookies.notes(), {"name", "options"});
  reader.text("name", cookie.name);
  if (!is_cookie_name(cookie.name)) reader.complain("name", "must be letters, digits and -_.");
  if (const base::Json* options = reader.object("options"))
    read_attributes(Reader(*options, reader.pointer("options"), reader.notes(),
                           {"httpOnly", "secure", "path", "domain", "sameSite", "maxAge"}),
                    cookie.options);
  check_prefix(reader, cookie);
}

/// Else one would be read for the other: a callback URL, which a link can set, for a session.
void check_names(const Reader& reader, const routes::Cookies& cookies) {
  std::vector<std::string_view> names;
  for (const routes::Cookie* cookie : {&cookies.session_token, &cookies.callback_url, &cookies.csrf_token,
                                       &cookies.pkce_code_verifier, &cookies.state}) {
    if (std::find(names.begin(), names.end(), cookie->name) != names.end())
      reader.complain("cookies", "two cookies are named " + cookie->name);
    names.push_back(cookie->name);
  }
}

}  // namespace

void read_cookies(const Reader& reader, Config& config) {
  bool secure = false;
  reader.boolean("useSecureCookies", secure);
  secure =
      secure || config.routes.site.base_url.starts_with("https:");  // false is ignored on https, as in v3
  routes::Cookies& cookies = config.routes.cookies;
  cookies = routes::default_cookies(secure);
  const base::Json* object = reader.object("cookies");
  if (!object) return;
  const Reader section(*object, "/cookies", reader.notes(),
                       {"sessionToken", "callbackUrl", "csrfToken", "pkceCodeVerifier", "state"});
  read_cookie(section, "sessionToken", cookies.session_token);
  read_cookie(section, "callbackUrl", cookies.callback_url);
  read_cookie(section, "csrfToken", cookies.csrf_token);
  read_cookie(section, "pkceCodeVerifier", cookies.pkce_code_verifier);
  read_cookie(section, "state", cookies.state);
  check_names(reader, cookies);
}

}  // namespace config
