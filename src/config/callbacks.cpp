#include "config/reader.hpp"

namespace config {
namespace {

/// Only whether the file is there: it is run when a callback is first called, and by `check`.
void read_file(const Reader& reader, std::string_view key, Config& config,
               const std::filesystem::path& folder) {
  std::string file;
  reader.text(key, file);
  if (file.empty()) return;
  std::error_code error;
  if (!std::filesystem::is_regular_file(folder / file, error))
    return reader.complain(key, "there is no file " + (folder / file).string());
  config.callbacks = hooks::LuaOptions{.folder = folder, .file = file};
}

}  // namespace

/// "callbacks.lua", or { "file": "callbacks.lua", "database": "write" }.
void read_callbacks(const Reader& reader, Config& config, const std::filesystem::path& folder) {
  const base::Json* value = reader.find("callbacks");
  if (!value || !value->is_object()) return read_file(reader, "callbacks", config, folder);
  const Reader callbacks(*value, "/callbacks", reader.notes(), {"file", "database"});
  if (!callbacks.find("file")) callbacks.complain("file", "missing: the file, as \"callbacks.lua\"");
  std::string database = "read";
  callbacks.one_of("database", {"read", "write"}, database);
  read_file(callbacks, "file", config, folder);
  if (config.callbacks) config.callbacks->changes_database = database == "write";
}

}  // namespace config
