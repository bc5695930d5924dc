#include <sys/stat.h>

#include <algorithm>
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

/// The file of a database, if it has one.
std::optional<fs::path> file_of(const store::Options& database) {
  if (!database.url.starts_with(sqlite_scheme)) return {};
  return database.url.substr(sqlite_scheme.size());
}

/// What says who somebody is: files of passwords, and programs that check them.
struct Judges {
  std::vector<fs::path> passwords, programs;

  void operator()(const credentials::Lua&) {}
  void operator()(const credentials::Url&) {}
  void operator()(const credentials::Htpasswd& htpasswd) { passwords.push_back(htpasswd.file); }
  void operator()(const credentials::Sql& sql) {
    if (auto file = file_of(sql.database)) passwords.push_back(std::move(*file));
  }
  void operator()(const credentials::Command& command) { programs.emplace_back(command.command.front()); }
};

Judges judges_of(const Config& config) {
  Judges judges;
  for (const auto& [id, authorize] : config.routes.authorize) std::visit(judges, authorize);
  return judges;
}

/// All whose change would change who gets in, each once.
std::vector<fs::path> files_that_count(const Config& config, const std::optional<fs::path>& database,
                                       const Judges& judges) {
  std::vector<fs::path> files;
  const auto add = [&](const fs::path& file) {
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  };
  add(config.file);
  if (database) add(*database);
  if (config.callbacks) add(config.callbacks->folder / config.callbacks->file);
  for (const auto* list : {&judges.passwords, &judges.programs})
    for (const fs::path& file : *list) add(file);
  return files;
}

}  // namespace

std::vector<Problem> exposures(const Config& config) {
  std::vector<Problem> found;
  const auto add = [&](const fs::path& file, const std::string& what, bool warning = false) {
    found.push_back({file.string(), 0, "", "every user of this machine can " + what, warning});
  };
  if (!config.allow_readable && others_may(config.file, S_IROTH) && holds_secret(config.file))
    add(config.file,
        "read the secrets in it: `chmod 600` it; where the web server could not read it then, "
        "\"allowReadableConfig\": true says that this is known");
  const auto database = config.database ? file_of(*config.database) : std::nullopt;
  if (database && others_may(*database, S_IROTH))
    add(*database, "read the users and the secret in it: `chmod 600` it");
  const Judges judges = judges_of(config);
  for (const fs::path& file : judges.passwords)
    if (!config.allow_readable && file != database && others_may(file, S_IROTH))
      add(file, "read the hashes of passwords in it: `chmod 600` it", true);
  std::set<fs::path> folders;
  if (!config.routes.page.templates.empty()) folders.insert(config.routes.page.templates);
  for (const fs::path& file : files_that_count(config, database, judges)) {
    folders.insert(file.parent_path());
    if (others_may(file, S_IWOTH)) add(file, "change it: `chmod o-w` it");
  }
  for (const fs::path& folder : folders)
    if (others_may_replace_in(folder)) add(folder, "replace what is in it: `chmod o-w` it");
  return found;
}

}  // namespace config
