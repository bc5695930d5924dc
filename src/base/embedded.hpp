#pragma once
// The files compiled in: templates/, schema/, src/providers/*.json, scripts/servers/*, by their path in
// the repository.
#include <optional>
#include <string_view>
#include <vector>

namespace base {

/// The bytes of "templates/signin.html", …; none if there is no such file.
std::optional<std::string_view> embedded(std::string_view path);

/// The paths that begin with this prefix, sorted.
std::vector<std::string_view> embedded_paths(std::string_view prefix);

}  // namespace base
