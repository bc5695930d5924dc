#include <unistd.h>

#include <algorithm>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "config/reader.hpp"
#include "store/query.hpp"

// `authorize` and the form of a credentials provider.
namespace config {
namespace {

namespace fs = std::filesystem;
using credentials::Authorize;

/// The fields that say who somebody is must not be those of the way there.
const std::vector<std::string_view> reserved_fields{"csrfToken", "callbackUrl", "json", "redirect"};
const std::vector<std::string_view> field_keys{"label", "type", "placeholder", "value", "autocomplete"};
const std::vector<std::string_view> input_types{
    "text", "password", "email", "tel", "number", "search", "url", "date",
};

constexpr const char* no_callbacks =
    "there is no \"callbacks\" whose function authorize could be asked: nobody can sign in here";

/// Without a complaint, or with one that says what is missing and where it is looked for.
void check_file(const Reader& reader, std::string_view key, const fs::path& file, int access) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return reader.complain(key, "there is no file " + file.string());
  if (::access(file.c_str(), access) != 0)
    reader.complain(key, file.string() + (access == X_OK ? " cannot be run" : " cannot be read"));
}

Authorize read_htpasswd(const Reader& reader, const fs::path& folder) {
  std::string name;
  reader.text("htpasswd", name);
  const fs::path file = (folder / name).lexically_normal();
  if (name.empty())
    reader.complain("htpasswd", "must be the name of a file; `htpasswd -B -c FILE NAME` makes one");
  else
    check_file(reader, "htpasswd", file, R_OK);
  return credentials::Htpasswd{.file = file};
}

Authorize read_sql(const Reader& reader, const Config& config, const fs::path& folder) {
  credentials::Sql sql;
  if (const base::Json* statement = reader.find("sql"); statement && statement->is_string())
    sql.statement = statement->text();
  if (const std::string problem = store::select_problem(sql.statement); !problem.empty())
    reader.complain("sql", problem);
  if (!reader.find("database")) {
    if (config.database)
      sql.database = *config.database;
    else
      reader.complain("sql", "there is no database to look into: add \"database\": \"sqlite:PATH\"");
    return sql;
  }
  std::string url;
  reader.text("database", url);
  if (const auto absolute = sqlite_url(url, folder)) {
    sql.database.url = *absolute;
    check_file(reader, "database", absolute->substr(absolute->find(':') + 1), R_OK);
  } else {
    reader.complain("database", "must be \"sqlite:PATH\"");
  }
  return sql;
}

Authorize read_url(const Reader& reader) {
  std::string text;
  reader.text("url", text);
  const auto url = http::parse_url(text);
  if (!url || url->userinfo || !http::is_trustworthy(*url))
    reader.complain("url", "must be an https URL without user (http is for loopback addresses)");
  return credentials::Url{text};
}

Authorize read_command(const Reader& reader, const fs::path& folder) {
  credentials::Command command;
  const base::Json& given = *reader.find("command");
  const base::Json::Array one{given};
  for (const base::Json& word : given.is_array() ? given.elements() : one)
    command.command.push_back(word.is_string() ? word.text() : "");
  const auto bad = [](const base::Json& word) {
    return !word.is_string() || word.text().find('\0') != std::string::npos;
  };
  const base::Json::Array& words = given.is_array() ? given.elements() : one;
  if (words.empty() || std::any_of(words.begin(), words.end(), bad) || command.command.front().empty()) {
    reader.complain("command", "must be a program's path, or a list of it and its arguments");
    return command;
  }
  std::string& program = command.command.front();
  program = (folder / program).lexically_normal().string();
  check_file(reader, "command", program, X_OK);
  return command;
}

Authorize read_authorize(const base::Json& given, const std::string& pointer, const Config& config,
                         Notes& notes) {
  if (!given.is_object()) {  // "lua"; anything else has been complained about
    if (!config.callbacks) notes.warn(pointer, no_callbacks);
    return credentials::Lua{};
  }
  const Reader reader(given, pointer, notes, {"htpasswd", "sql", "database", "url", "command"});
  const fs::path folder = config.file.parent_path();
  int kinds = 0;
  for (const char* kind : {"htpasswd", "sql", "url", "command"}) kinds += reader.find(kind) ? 1 : 0;
  if (kinds != 1)
    notes.error(pointer, "must have one of \"htpasswd\", \"sql\", \"url\" and \"command\"");
  else if (reader.find("database") && !reader.find("sql"))
    reader.complain("database", "belongs to \"sql\"");
  else if (reader.find("htpasswd"))
    return read_htpasswd(reader, folder);
  else if (reader.find("sql"))
    return read_sql(reader, config, folder);
  else if (reader.find("url"))
    return read_url(reader);
  else
    return read_command(reader, folder);
  return credentials::Lua{};
}

void check_field(const std::string& name, const base::Json& field, const Reader& form) {
  if (std::find(reserved_fields.begin(), reserved_fields.end(), name) != reserved_fields.end() ||
      name.empty())
    form.complain(name, "no field can have this name");
  if (!field.is_object()) return;
  const Reader reader(field, form.pointer(name), form.notes(), field_keys);
  std::string text;
  for (const std::string_view key : field_keys) reader.text(key, text);
  reader.one_of("type", input_types, text);
}

base::Json htpasswd_form() {
  return base::Json::object(
      {{"username", base::Json::object({{"label", "Username"}, {"type", "text"}})},
       {"password", base::Json::object({{"label", "Password"}, {"type", "password"}})}});
}

}  // namespace

void read_credentials(providers::Provider& provider, const std::string& pointer, Notes& notes,
                      Config& config) {
  const base::Json* authorize = provider.entry.find("authorize");
  Authorize kind =
      authorize ? read_authorize(*authorize, pointer + "/authorize", config, notes) : Authorize();
  provider.entry.erase("authorize");  // it may hold a secret
  if (const base::Json* form = provider.entry.find("credentials"); form && form->is_object()) {
    std::vector<std::string_view> names;
    for (const auto& [name, field] : form->members()) names.emplace_back(name);
    const Reader reader(*form, pointer + "/credentials", notes, names);
    for (const auto& [name, field] : form->members()) check_field(name, field, reader);
  } else if (std::holds_alternative<credentials::Htpasswd>(kind)) {
    provider.entry.set("credentials", htpasswd_form());
  }
  config.routes.authorize.insert_or_assign(provider.id, std::move(kind));
}

}  // namespace config
