#include <algorithm>

#include "base/embedded.hpp"
#include "providers/providers.hpp"

namespace providers {
namespace {

constexpr std::string_view folder = "src/providers/";
constexpr std::string_view extension = ".json";

}  // namespace

std::optional<base::Json> catalogue(std::string_view id) {
  const auto text = base::embedded(std::string(folder) + std::string(id) + std::string(extension));
  if (!text) return {};
  return base::parse_json(*text);
}

std::vector<std::string> catalogue_ids() {
  std::vector<std::string> ids;
  for (std::string_view path : base::embedded_paths(folder)) {
    if (!path.ends_with(extension)) continue;
    path.remove_prefix(folder.size());
    path.remove_suffix(extension.size());
    ids.emplace_back(path);
  }
  std::sort(ids.begin(), ids.end());  // without ".json" the order is another
  return ids;
}

}  // namespace providers
