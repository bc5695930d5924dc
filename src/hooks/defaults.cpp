#include "hooks/hooks.hpp"
#include "http/http.hpp"

namespace hooks {

SignInAnswer Hooks::sign_in(const base::Json&, const base::Json&, const base::Json&) { return {}; }

std::string Hooks::redirect(const std::string& url, const std::string& base_url) {
  // The base URL in front keeps "//host" and "/\host" on this site.
  if (url.starts_with("/")) return base_url + url;
  // What is no http(s) URL has another origin (javascript:, data:), or none; v3 never answers to the latter.
  const auto target = http::parse_url_as_browser(url);
  const auto home = http::parse_url(base_url);
  if (!target || !home || target->userinfo || target->origin() != home->origin()) return base_url;
  // What a strict reader understands in the same way may stay as it was written; else as the browser reads
  // it.
  if (http::parse_url(url)) return url;
  return target->origin() + target->target() + (target->fragment.empty() ? "" : "#" + target->fragment);
}

base::Json Hooks::session(base::Json session, const base::Json&) { return session; }

base::Json Hooks::jwt(base::Json token, const base::Json&, const base::Json&, const base::Json&, bool) {
  return token;
}

base::Json Hooks::jwt(base::Json token) { return token; }

base::Json Hooks::authorize(const base::Json&) { return {}; }

std::optional<base::Json> Hooks::profile(const std::string&, const base::Json&, const base::Json&) {
  return {};
}

void Hooks::event(std::string_view, const base::Json&) {}

}  // namespace hooks
