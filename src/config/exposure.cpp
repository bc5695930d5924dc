#include <sys/stat.h>

#include <set>

#include "base/file.hpp"
#include "base/json.hpp"
#include "config/reader.hpp"

// What other users of this machine may do, by the modes of files and folders.
namespace config {
namespace {

namespace fs = std::filesystem;
using base::Json;

std::optional<mode_t> mode_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return status.st_mode;
}

/// Whether those who are neither owner nor of the group get as far as this file.
bool is_reachable(const fs::path& file) {
  for (fs::path folder = file.parent_path(); folder != folder.parent_path(); folder = folder.parent_path()) {
    const auto mode = mode_of(folder);
    if (mode && (*mode & S_IXOTH) == 0) return false;
  }
  return true;
}

bool others_may(const fs::path& file, mode_t bit) {
  const auto mode = mode_of(file);
  return mode && (*mode & bit) != 0 && is_reachable(file);
}

/// Unless it is a folder as /tmp, where each has his own.
bool others_may_replace_in(const fs::path& folder) {
  const auto mode = mode_of(folder);
  return mode && (*mode & S_ISVTX) == 0 && others_may(folder, S_IWOTH);
}

/// Stands there as it is, and not as a variable of the environment.
bool is_literal(const Json* value) {
  if (!value || value->is_null()) return false;
  return !value->is_string() || value->text().find("${") == std::string::npos;
}

/// A URL with a password in it, perhaps.
bool has_login(const Json* value) {
  return is_literal(value) && value->is_string() && value->text().find('@') != std::string::npos;
}

bool has_secret(const Json& provider) {
  const Json* key = provider.find("clientKey");
  return is_literal(provider.find("clientSecret")) || has_login(provider.find("server")) ||
         (key && is_literal(key->find("key")));
}

bool holds_secret(const Json& root) {
  if (is_literal(root.find("secret")) || has_login(root.find("database"))) return true;
  if (const Json* jwt = root.find("jwt"))
    for (const char* key : {"secret", "signingKey", "encryptionKey"})
      if (is_literal(jwt->find(key))) return true;
  const Json* providers = root.find("providers");
  if (!providers || !providers->is_array()) return false;
  for (const Json& provider : providers->elements())
    if (has_secret(provider)) return true;
  return false;
}

bool holds_secret(const fs::path& file) {
  try {
    const auto text = base::read_file(file, configuration_size);
    return text && holds_secret(base::parse_json(*text, {.comments = true}));
  } catch (const std::runtime_error&) {
    return false;  // it could be read a moment ago
  }
}

std::optional<fs::path> database_file(const Config& config) {
  constexpr std::string_view sqlite = "sqlite:";
  if (!config.database || !config.database->url.starts_with(sqlite)) return {};
  return config.database->url.substr(sqlite.size());
}

}  // namespace

std::vector<Problem> exposures(const Config& config) {
  std::vector<Problem> found;
  const auto add = [&](const fs::path& file, const std::string& what) {
    found.push_back({file.string(), 0, "", "every user of this machine can " + what});
  };
  if (!config.allow_readable && others_may(config.file, S_IROTH) && holds_secret(config.file))
    add(config.file,
        "read the secrets in it: `chmod 600` it; where the web server could not read it then, "
        "\"allowReadableConfig\": true says that this is known");
  const auto database = database_file(config);
  if (database && others_may(*database, S_IROTH))
    add(*database, "read the users and the secret in it: `chmod 600` it");
  std::vector<fs::path> files{config.file};
  if (database) files.push_back(*database);
  if (config.callbacks) files.push_back(config.callbacks->folder / config.callbacks->file);
  std::set<fs::path> folders;
  for (const fs::path& file : files) {
    folders.insert(file.parent_path());
    if (others_may(file, S_IWOTH)) add(file, "change it: `chmod o-w` it");
  }
  for (const fs::path& folder : folders)
    if (others_may_replace_in(folder)) add(folder, "replace what is in it: `chmod o-w` it");
  return found;
}

}  // namespace config
