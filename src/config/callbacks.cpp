#include "config/reader.hpp"

namespace config {

/// Only whether the file is there: it is run when a callback is first called, and by `check`.
void read_callbacks(const Reader& reader, Config& config, const std::filesystem::path& folder) {
  std::string file;
  reader.text("callbacks", file);
  if (file.empty()) return;
  std::error_code error;
  if (!std::filesystem::is_regular_file(folder / file, error))
    return reader.complain("callbacks", "there is no file " + (folder / file).string());
  config.callbacks = hooks::LuaOptions{.folder = folder, .file = file, .limits = {}};
}

}  // namespace config
