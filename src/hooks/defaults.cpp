#include "base/text.hpp"
#include "hooks/hooks.hpp"
#include "http/http.hpp"

namespace hooks {
namespace {

/// A URL, but of a scheme that this site cannot have: "javascript:…" (RFC 3986 §3.1, as browsers read it).
bool has_other_scheme(std::string url) {
  std::erase_if(url, [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
  const std::string scheme = base::lower(url.substr(0, url.find(':')));
  if (scheme.size() == url.size() || scheme.empty() || scheme[0] < 'a' || scheme[0] > 'z') return false;
  if (scheme == "http" || scheme == "https") return false;
  return scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") == std::string::npos;
}

}  // namespace

SignInAnswer Hooks::sign_in(const base::Json&, const base::Json&, const base::Json&) { return {}; }

std::string Hooks::redirect(const std::string& url, const std::string& base_url) {
  if (http::is_plainly_within(url, base_url)) return url;
  // The base URL in front keeps "//host" and "/\host" on this site.
  if (url.starts_with("/")) return base_url + url;
  const auto target = http::parse_url_as_browser(url);
  if (!target && has_other_scheme(url)) return base_url;
  if (!target) throw Thrown("Invalid URL");
  const auto home = http::parse_url(base_url);
  if (!home || target->userinfo || target->origin() != home->origin()) return base_url;
  // What a strict reader understands in the same way may stay as it was written; else as the browser reads
  // it.
  if (http::parse_url(url)) return url;
  return target->origin() + target->target() + (target->fragment.empty() ? "" : "#" + target->fragment);
}

base::Json Hooks::session(base::Json session, const base::Json&) { return session; }

base::Json Hooks::jwt(base::Json token, const base::Json&, const base::Json&, const base::Json&,
                      std::optional<bool>) {
  return token;
}

base::Json Hooks::jwt(base::Json token) { return token; }

base::Json Hooks::authorize(const base::Json&) { return {}; }

bool Hooks::protect(const base::Json&, const std::string&) { return false; }

std::optional<base::Json> Hooks::profile(const std::string&, const base::Json&, const base::Json&) {
  return {};
}

void Hooks::event(std::string_view, const base::Json&) {}

}  // namespace hooks
