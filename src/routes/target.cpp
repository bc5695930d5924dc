#include "base/text.hpp"
#include "routes/context.hpp"

namespace routes {
namespace {

/// What follows the base path; none if the path does not lie under it.
std::optional<std::string_view> below(std::string_view path, std::string_view base_path) {
  if (!path.starts_with(base_path)) return {};
  path.remove_prefix(base_path.size());
  if (!path.empty() && path.front() != '/') return {};
  return path;
}

Target read(std::string_view route) {
  if (route.ends_with('/')) route.remove_suffix(1);
  Target target;
  if (!route.starts_with('/')) return target;
  route.remove_prefix(1);
  target.action = route.substr(0, route.find('/'));
  const bool has_argument = route.size() > target.action.size();
  const std::string_view rest = has_argument ? route.substr(target.action.size() + 1) : std::string_view{};
  target.argument = rest.substr(0, rest.find('/'));
  target.known = !has_argument || (!rest.empty() && rest.size() == target.argument.size());
  return target;
}

}  // namespace

std::string path_of(std::string_view request_uri) {
  const std::string_view path = request_uri.substr(0, request_uri.find_first_of("?#"));
  // An absolute-form request line (RFC 9112 §3.2.2), as proxies send it.
  const auto url = http::parse_url(path);
  const auto decoded = http::decode(url ? std::string_view(url->path) : path);
  return decoded && base::is_utf8(*decoded) ? *decoded : "";
}

Target find_target(const http::Request& request, const std::string& base_path) {
  std::string full;
  full.reserve(request.script_name.size() + request.path_info.size());
  full.append(request.script_name).append(request.path_info);
  if (!request.path_info.empty()) {
    if (const auto route = below(full, base_path)) return read(*route);
    return read(request.path_info);
  }
  // Without PATH_INFO the server may have put it all into SCRIPT_NAME, or be nginx.
  const std::string path = path_of(request.request_uri);
  if (const auto route = below(path, base_path)) return read(*route);
  if (!request.script_name.empty())
    if (const auto route = below(path, request.script_name)) return read(*route);
  if (const auto route = below(full, base_path)) return read(*route);
  return {};
}

}  // namespace routes
