#include "config/reader.hpp"

namespace config {
namespace {

/// A JWK as an object, or as v3 has it: a text that holds one.
base::Json read_key(const Reader& reader, std::string_view name) {
  const base::Json* value = reader.find(name);
  if (!value || value->is_null()) return {};
  base::Json key = value->is_string() ? base::try_parse_json(value->text()).value_or(base::Json()) : *value;
  try {
    crypto::Key::from_jwk(key);
    return key;
  } catch (const crypto::Error& error) {
    reader.complain(name, std::string("no usable JWK: ") + error.what());
    return {};
  }
}

void read_jwt(const Reader& reader, Config& config) {
  const base::Json* object = reader.object("jwt");
  if (!object) return;
  const Reader jwt(*object, "/jwt", reader.notes(),
                   {"secret", "maxAge", "encryption", "signingKey", "encryptionKey"});
  std::string secret;
  jwt.text("secret", secret);
  config.jwt.secret = base::Secret(std::move(secret));
  long long seconds = config.jwt.max_age.count();
  jwt.number("maxAge", seconds, 1, longest_age);
  config.jwt.max_age = base::Seconds(seconds);
  jwt.boolean("encryption", config.jwt.encryption);
  config.jwt.signing_key = read_key(jwt, "signingKey");
  config.jwt.encryption_key = read_key(jwt, "encryptionKey");
}

/// Beside a configuration that Apache does not serve, a database that it does not serve either.
std::string default_database(const std::filesystem::path& file) {
  return file.filename().string().starts_with(".ht") ? "sqlite:.htauth.db" : "sqlite:auth.db";
}

/// What cannot be a database here, in words for those who bring v3's DATABASE_URL along.
std::string complaint(std::string_view url) {
  if (url.ends_with(":memory:"))
    return "a database in memory would be gone with its process: write \"sqlite:PATH\", or null to store "
           "nothing";
  if (url.starts_with(sqlite_scheme))
    return "must be \"sqlite:PATH\"; what NextAuth.js v3 calls sqlite://localhost/auth.db is "
           "\"sqlite:auth.db\"";
  return "must be \"sqlite:PATH\" or null; other databases cannot be used by this version";
}

/// A URL with a host: no path begins so.
bool names_host(std::string_view path) { return path.starts_with("//") && !path.starts_with("///"); }

}  // namespace

std::optional<std::string> sqlite_url(const std::string& url, const std::filesystem::path& folder) {
  if (!url.starts_with(sqlite_scheme) || url.size() == sqlite_scheme.size() || url.ends_with(":memory:"))
    return {};
  if (names_host(std::string_view(url).substr(sqlite_scheme.size()))) return {};
  const std::filesystem::path path = folder / url.substr(sqlite_scheme.size());
  return std::string(sqlite_scheme) + path.lexically_normal().string();
}

void read_database(const Reader& reader, Config& config, const std::filesystem::path& folder) {
  std::string secret;
  reader.text("secret", secret);
  config.secret = base::Secret(std::move(secret));
  const base::Json* value = reader.find("database");
  if (value && value->is_null()) {
    if (config.secret.empty())
      reader.complain(
          "secret",
          "missing: without a database there is no place to keep one; `nextauth.fcgi secret` makes one");
    return;
  }
  std::string url = default_database(config.file);
  reader.text("database", url);
  const auto absolute = sqlite_url(url, folder);
  if (!absolute) return reader.complain("database", complaint(url));
  config.database = store::Options{.url = *absolute};
}

void read_sessions(const Reader& reader, Config& config) {
  auth::SessionOptions& session = config.routes.session;
  session.jwt = !config.database;
  if (const base::Json* object = reader.object("session")) {
    const Reader section(*object, "/session", reader.notes(), {"jwt", "maxAge", "updateAge"});
    section.boolean("jwt", session.jwt);
    long long max_age = session.max_age.count(), update_age = session.update_age.count();
    section.number("maxAge", max_age, 1, longest_age);
    section.number("updateAge", update_age, 0, longest_age);
    session.max_age = base::Seconds(max_age);
    session.update_age = base::Seconds(update_age);
    if (!session.jwt && !config.database)
      section.complain("jwt", "must be true: there is no database to keep sessions in");
  }
  read_jwt(reader, config);
}

}  // namespace config
