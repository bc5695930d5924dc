#include "base/text.hpp"
#include "http/http.hpp"

namespace http {

std::optional<std::string> plain_path(std::string_view decoded) {
  if (!decoded.starts_with('/') || base::has_control(decoded) || !base::is_utf8(decoded) ||
      decoded.find('\\') != std::string_view::npos)
    return {};
  std::vector<std::string_view> parts;
  for (const std::string_view part : base::split(decoded, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
      continue;
    }
    if (parts.empty()) return {};
    parts.pop_back();
  }
  std::string path;
  for (const std::string_view part : parts) path.append("/").append(part);
  const bool is_folder = decoded.ends_with('/') || decoded.ends_with("/.") || decoded.ends_with("/..");
  if (path.empty() || is_folder) path += '/';
  return path;
}

}  // namespace http
