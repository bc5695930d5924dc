#include <cstdlib>

#include "base/file.hpp"
#include "config/reader.hpp"

namespace config {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string_view> known_keys{"url",
                                               "secret",
                                               "database",
                                               "session",
                                               "jwt",
                                               "providers",
                                               "pages",
                                               "callbacks",
                                               "theme",
                                               "brand",
                                               "templates",
                                               "cookies",
                                               "useSecureCookies",
                                               "debug",
                                               "log",
                                               "threads",
                                               "limits",
                                               "trustedProxies",
                                               "rateLimits",
                                               "protect",
                                               "allowReadableConfig",
                                               "sandbox"};

/// The file that counts; "" with a complaint if there is none, or two.
fs::path find_file(const Environment& environment, const fs::path& beside, Notes& notes) {
  std::error_code error;
  if (const auto named = environment("NEXTAUTH_CONFIG"); named && !named->empty()) {
    const fs::path file = fs::absolute(*named, error);
    if (error) notes.error("", "NEXTAUTH_CONFIG: \"" + *named + "\" is relative to a folder that is gone");
    return error ? fs::path() : file;
  }
  const fs::path plain = beside / "nextauth.json";
  const fs::path hidden = beside / ".htnextauth.json";
  const bool has_plain = fs::exists(plain, error), has_hidden = fs::exists(hidden, error);
  if (has_plain && has_hidden)
    notes.error("",
                "both nextauth.json and .htnextauth.json are in " + beside.string() + ": remove one of them");
  else if (!has_plain && !has_hidden)
    notes.error("",
                "there is no configuration: write " + plain.string() +
                    " (or .htnextauth.json, which Apache does not serve), or name a file by NEXTAUTH_CONFIG");
  if (has_plain == has_hidden) return {};
  return has_plain ? plain : hidden;
}

base::Json read_file(const fs::path& file, Notes& notes) {
  notes.file = file.string();
  try {
    auto text = base::read_file(file, configuration_size);
    if (!text) {
      notes.error("", "there is no such file");
      return {};
    }
    notes.text = std::move(*text);
    base::Json json = base::parse_json(notes.text, file_syntax);
    if (!json.is_object()) notes.error("", "must be an object: { … }");
    return json;
  } catch (const base::JsonError& error) {
    notes.error(
        "", std::string("no valid JSON: ") + error.what() + " (column " + std::to_string(error.column) + ")");
  } catch (const std::runtime_error& error) {
    notes.file.clear();
    notes.error("", error.what());
  }
  return {};
}

/// What the process's environment says in place of the file.
base::Json overrides(const Environment& environment, Notes& notes) {
  base::Json found = base::Json::object();
  for (const auto& [variable, key] :
       {std::pair{"NEXTAUTH_URL", "url"}, std::pair{"NEXTAUTH_SECRET", "secret"},
        std::pair{"DATABASE_URL", "database"}}) {
    auto value = environment(variable);
    if (!value || value->empty()) continue;
    found.set(key, std::move(*value));
    notes.overridden.emplace_back(std::string("/") + key, variable);
  }
  return found;
}

/// The file's values with variables replaced; those of the environment are taken as they are: a secret may
/// well contain "${".
void complete(base::Json& root, const Environment& environment, Notes& notes) {
  const base::Json from_environment = overrides(environment, notes);
  for (const auto& [key, value] : from_environment.members()) root.erase(key);
  replace_variables(root, "", environment, notes);
  for (const auto& [key, value] : from_environment.members()) root.set(key, value);
}

void read_all(const base::Json& root, Config& config, Notes& notes) {
  const Reader reader(root, "", notes, known_keys);
  const fs::path folder = config.file.parent_path();
  reader.boolean("debug", config.log.debug);
  std::string log = "text";
  reader.one_of("log", {"text", "json"}, log);
  config.log.json = log == "json";
  reader.number("threads", config.threads, 1, 256);
  reader.boolean("allowReadableConfig", config.allow_readable);
  reader.boolean("sandbox", config.sandbox);
  read_site(reader, config);
  read_database(reader, config, folder);
  read_sessions(reader, config);
  read_pages(reader, config, folder);
  read_callbacks(reader, config, folder);
  read_cookies(reader, config);
  read_limits(reader, config);
  read_rate_limits(reader, config);
  read_providers(reader, config);
  read_protect(reader, config);
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
}

Loaded load(const Environment& environment, const fs::path& beside) {
  Loaded loaded;
  Notes notes;
  loaded.config.file = find_file(environment, beside, notes);
  if (!loaded.config.file.empty()) {
    base::Json root = read_file(loaded.config.file, notes);
    if (root.is_object()) {
      complete(root, environment, notes);
      read_all(root, loaded.config, notes);
    }
  }
  loaded.problems = std::move(notes.problems);
  return loaded;
}

}  // namespace config
