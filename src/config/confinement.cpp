// What a process that serves this configuration needs of its host.
#include "config/reader.hpp"

namespace config {
namespace {

namespace fs = std::filesystem;

/// The folder, or what is there of the way to it: it may be made later. Never all of the system.
void add_folder(std::vector<fs::path>& to, fs::path folder) {
  std::error_code error;
  while (!fs::is_directory(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  if (folder.has_relative_path()) to.push_back(folder);
}

/// SQLite makes files beside a database, and the database may be put in its place by another. Behind a
/// symbolic link they are beside the file itself.
void add_database(base::Confinement& left, const store::Options& database) {
  if (!database.url.starts_with(sqlite_scheme)) return;
  const fs::path path = database.url.substr(sqlite_scheme.size());
  std::error_code error;
  const fs::path real = fs::weakly_canonical(path, error);
  add_folder(left.writable, path.parent_path());
  if (!error && real != path) add_folder(left.writable, real.parent_path());
}

/// What the check of a password reads.
struct Needs {
  base::Confinement& left;
  void operator()(const credentials::Lua&) const {}
  void operator()(const credentials::Url&) const {}
  void operator()(const credentials::Command&) const {}
  void operator()(const credentials::Htpasswd& htpasswd) const {
    // The folder: the program htpasswd puts a new file in the place of the old one.
    add_folder(left.readable, htpasswd.file.parent_path());
  }
  void operator()(const credentials::Sql& sql) const { add_database(left, sql.database); }
};

bool runs_owners_programs(const routes::Options& routes) {
  for (const auto& [id, email] : routes.email)
    if (std::holds_alternative<mail::Sendmail>(email.server)) return true;
  for (const auto& [id, authorize] : routes.authorize)
    if (std::holds_alternative<credentials::Command>(authorize)) return true;
  return false;
}

/// valgrind and its like make machine code while they run, which the sandbox would not let them.
bool is_instrumented(const Environment& environment) {
  return !environment("LD_PRELOAD").value_or("").empty();
}

/// Whoever may write beside such a database may write everywhere: an empty root, made for this program alone.
bool is_in_root(const std::optional<store::Options>& database) {
  if (!database || !database->url.starts_with(sqlite_scheme)) return false;
  return !fs::path(database->url.substr(sqlite_scheme.size())).parent_path().has_relative_path();
}

}  // namespace

std::optional<base::Confinement> confinement(const Config& config, const Environment& environment) {
  if (runs_owners_programs(config.routes) || is_in_root(config.database) || is_instrumented(environment))
    return {};
  base::Confinement left{.readable = {}, .writable = {}, .programs = !config.routes.email.empty()};
  if (config.database) add_database(left, *config.database);
  for (const auto& [id, authorize] : config.routes.authorize) std::visit(Needs{left}, authorize);
  // Lua's `require` reads files below it.
  if (config.callbacks) {
    add_folder(left.readable, config.callbacks->folder);
    add_folder(left.readable, (config.callbacks->folder / config.callbacks->file).parent_path());
  }
  if (!config.routes.page.templates.empty()) add_folder(left.readable, config.routes.page.templates);
  for (const char* name : {"SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF"})
    if (const auto place = environment(name); place && !place->empty()) {
      const fs::path real = *place;
      std::error_code error;
      add_folder(left.readable, fs::is_directory(real, error) ? real : real.parent_path());
    }
  return left;
}

}  // namespace config
