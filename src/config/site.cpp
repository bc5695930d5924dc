#include "base/text.hpp"
#include "config/reader.hpp"

namespace config {
namespace {

constexpr std::string_view default_base_path = "/api/auth";

bool is_plain_path(std::string_view path) {
  return path.find("//") == std::string_view::npos && path.find("/.") == std::string_view::npos &&
         path.find('%') == std::string_view::npos;
}

void read_limit(const Reader& reader, std::string_view key, size_t& out) {
  constexpr long long most = 16LL << 20;
  reader.number(key, out, 1, most);
}

}  // namespace

void read_site(const Reader& reader, Config& config) {
  if (!reader.find("url"))
    return reader.complain("url",
                           "missing: the address of this program, as \"https://example.com/api/auth\"");
  std::string text;
  reader.text("url", text);
  const auto url = http::parse_url(text);
  if (!url || url->userinfo || !url->query.empty() || !url->fragment.empty() || !is_plain_path(url->path))
    return reader.complain(
        "url",
        "must be an http(s) URL without user, query and fragment, as \"https://example.com/api/auth\"");
  std::string path = url->path;
  while (path.ends_with('/')) path.pop_back();
  config.routes.site = {url->origin(), path.empty() ? std::string(default_base_path) : path};
  if (!http::is_trustworthy(*url))
    reader.notes().warn("/url", "plain http: anyone on the way can read and take over sessions; use https");
}

void read_limits(const Reader& reader, Config& config) {
  const base::Json* object = reader.object("limits");
  if (!object) return;
  const Reader limits(*object, "/limits", reader.notes(), {"body", "header", "headers", "fields"});
  read_limit(limits, "body", config.routes.limits.body);
  read_limit(limits, "header", config.routes.limits.header);
  read_limit(limits, "headers", config.routes.limits.headers);
  limits.number("fields", config.routes.limits.fields, 1, 10000);
}

}  // namespace config
