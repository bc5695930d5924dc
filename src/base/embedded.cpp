#include "base/embedded.hpp"

#include <cstddef>

struct EmbeddedFile {
  const char* name;
  const char* data;
  size_t size;
};

/// Made by scripts/embed; ends with a null name.
extern "C" const EmbeddedFile embedded_table[];

namespace base {

std::optional<std::string_view> embedded(std::string_view path) {
  for (const EmbeddedFile* file = embedded_table; file->name; ++file)
    if (file->name == path) return std::string_view(file->data, file->size);
  return {};
}

std::vector<std::string_view> embedded_paths(std::string_view prefix) {
  std::vector<std::string_view> paths;
  for (const EmbeddedFile* file = embedded_table; file->name; ++file)
    if (std::string_view(file->name).starts_with(prefix)) paths.emplace_back(file->name);
  return paths;
}

}  // namespace base
