#include "commands/import_file.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <span>

#include "base/csv.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"
#include "http/http.hpp"
#include "mail/mail.hpp"

namespace commands {
namespace {

using base::Json;

using Keys = std::span<const std::string_view>;
constexpr std::string_view user_keys[] = {
    "id", "name", "email", "email_verified", "image", "provider", "providerAccountId"};
constexpr std::string_view account_keys[] = {"provider", "providerAccountId"};

/// The names of NextAuth.js's tables and objects are both good.
std::string known_name(const std::string& name) {
  if (name == "emailVerified") return "email_verified";
  if (name == "provider_account_id") return "providerAccountId";
  return name;
}

/// What the file has of one user.
struct Record {
  size_t line;
  Json values;  // an object; of CSV, an empty cell is null
};

class ImportReader {
 public:
  explicit ImportReader(const ImportRules& rules) : rules_(rules) {}

  ImportFile read(std::string_view text) {
    for (const Record& record : rules_.json ? json_records(text) : csv_records(text)) add(record);
    std::stable_sort(file_.problems.begin(), file_.problems.end(),
                     [](const auto& a, const auto& b) { return a.line < b.line; });
    return std::move(file_);
  }

 private:
  void complain(size_t line, const std::string& message) { file_.problems.push_back({line, message}); }

  // --- the two formats ---

  std::vector<Record> csv_records(std::string_view text) {
    std::vector<Record> records;
    try {
      const std::vector<base::CsvRow> rows = base::parse_csv(text);
      if (rows.empty()) complain(1, "empty: the first line must name the columns");
      const std::vector<std::string> columns = rows.empty() ? std::vector<std::string>{} : header(rows[0]);
      for (size_t i = 1; i < rows.size(); ++i) {
        if (rows[i].cells.size() == columns.size())
          records.push_back({rows[i].line, cells(columns, rows[i])});
        else
          complain(rows[i].line, std::to_string(rows[i].cells.size()) + " cells, but there are " +
                                     std::to_string(columns.size()) + " columns");
      }
    } catch (const base::CsvError& error) {
      complain(error.line, error.what());
    }
    return records;
  }

  std::vector<std::string> header(const base::CsvRow& row) {
    std::vector<std::string> names;
    for (const std::string& cell : row.cells) {
      const std::string name = known_name(std::string(base::trim(cell)));
      check_known(name, row.line, "column", user_keys);
      if (std::find(names.begin(), names.end(), name) != names.end())
        complain(row.line, "the column \"" + name + "\" is there twice");
      names.push_back(name);
    }
    return names;
  }

  static Json cells(const std::vector<std::string>& columns, const base::CsvRow& row) {
    Json values = Json::object();
    for (size_t i = 0; i < columns.size(); ++i)
      if (!row.cells[i].empty()) values.set(columns[i], row.cells[i]);
    return values;
  }

  std::vector<Record> json_records(std::string_view text) {
    std::vector<Record> records;
    base::JsonLines lines;
    try {
      const Json json = base::parse_json(text, {.depth = 8, .unique_members = true}, lines);
      const Json* list = json.is_object() ? json.find("users") : &json;
      if (!list || !list->is_array()) {
        complain(1, "must be a list of users, or an object with such a list as \"users\"");
        return records;
      }
      const std::string below = json.is_object() ? "/users/" : "/";
      for (size_t i = 0; i < list->elements().size(); ++i)
        add_record(list->elements()[i], lines[below + std::to_string(i)], records);
    } catch (const base::JsonError& error) {
      complain(error.line, std::string("no valid JSON: ") + error.what());
    }
    return records;
  }

  void add_record(const Json& user, size_t line, std::vector<Record>& records) {
    if (!user.is_object()) return complain(line, "must be an object: { \"email\": … }");
    Json values = Json::object();
    for (const auto& [name, value] : user.members()) {
      const std::string known = known_name(name);
      if (known != "accounts") check_known(known, line, "member", user_keys);
      if (!value.is_null() && value != Json("")) values.set(known, value);
    }
    records.push_back({line, std::move(values)});
  }

  void check_known(const std::string& name, size_t line, const std::string& what, Keys keys) {
    const std::vector<std::string_view> known(keys.begin(), keys.end());
    if (rules_.ignore_unknown || std::find(known.begin(), known.end(), name) != known.end()) return;
    complain(line, "unknown " + what + " \"" + name + "\"" + base::did_you_mean(name, known));
  }

  // --- one user ---

  void add(const Record& record) {
    const size_t before = file_.problems.size();
    Imported user{record.line, {}, {}};
    user.user.id = read_id(record);
    user.user.name = read_text(record, "name");
    user.user.email = read_email(record);
    user.user.email_verified = read_verified(record);
    user.user.image = read_image(record);
    read_accounts(record, user);
    if (!user.user.email && user.accounts.empty() && file_.problems.size() == before)
      complain(record.line, "neither an address nor an account: this user could never sign in");
    if (file_.problems.size() == before) keep(std::move(user));
  }

  std::optional<std::string> read_text(const Record& record, const std::string& key) {
    const Json* value = record.values.find(key);
    if (!value) return {};
    if (!value->is_string()) {
      complain(record.line, key + ": must be a text");
    } else if (value->text().size() > text_limit) {
      complain(record.line, key + ": longer than " + std::to_string(text_limit) + " bytes");
    } else if (!base::is_utf8(value->text()) || base::has_control(value->text())) {
      complain(record.line, key + ": no UTF-8, or with control characters");
    } else {
      return value->text();
    }
    return {};
  }

  std::string read_id(const Record& record) {
    const Json* value = record.values.find("id");
    if (!value) return {};
    std::string text = value->is_string() ? value->text() : base::to_json(*value);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size() && number > 0 && text.front() != '0')
      return text;
    complain(record.line, "id: must be a whole number above 0; leave it out where a new one will do");
    return {};
  }

  std::optional<std::string> read_email(const Record& record) {
    const auto text = read_text(record, "email");
    if (!text) return {};
    auto address = mail::read_address(*text);
    if (!address) complain(record.line, "email: \"" + *text + "\" is no address");
    return address;
  }

  std::optional<base::Time> read_verified(const Record& record) {
    const Json* value = record.values.find("email_verified");
    if (!value || *value == Json(false) || *value == Json("false")) return {};
    if (*value == Json(true) || *value == Json("true")) return rules_.now;
    const std::string text = value->is_string() ? value->text() : "";
    constexpr size_t date_only = 10;
    const auto time = base::parse_time(text.size() == date_only ? text + " 00:00:00" : text);
    if (!time) complain(record.line, "email_verified: must be true, false or a date as 2026-11-23T15:56:56Z");
    return time;
  }

  std::optional<std::string> read_image(const Record& record) {
    auto text = read_text(record, "image");
    if (text && !text->starts_with("/") && !http::parse_url(*text))
      complain(record.line, "image: must be an http(s) URL or a path");
    return text;
  }

  void read_accounts(const Record& record, Imported& user) {
    if (record.values.find("provider") || record.values.find("providerAccountId")) read_account(record, user);
    const Json* list = record.values.find("accounts");
    if (!list) return;
    if (!list->is_array()) return complain(record.line, "accounts: must be a list");
    for (const Json& account : list->elements()) {
      if (!account.is_object()) {
        complain(record.line, "accounts: must be objects: { \"provider\": …, \"providerAccountId\": … }");
        continue;
      }
      Record one{record.line, Json::object()};
      for (const auto& [name, value] : account.members()) {
        check_known(known_name(name), record.line, "member of accounts", account_keys);
        one.values.set(known_name(name), value);
      }
      read_account(one, user);
    }
  }

  void read_account(Record record, Imported& user) {
    Json* number = record.values.find("providerAccountId");
    if (number && number->is_integer()) *number = Json(base::to_json(*number));
    const auto provider = read_text(record, "provider");
    const auto id = read_text(record, "providerAccountId");
    if (!provider || !id || id->empty())
      return complain(record.line, "an account needs both provider and providerAccountId");
    if (const std::string problem = rules_.provider_problem(*provider); !problem.empty())
      return complain(record.line, "provider: " + problem);
    user.accounts.push_back({.provider_id = *provider,
                             .provider_type = "oauth",
                             .provider_account_id = *id,
                             .refresh_token = {},
                             .access_token = {},
                             .access_token_expires = {},
                             .user_id = {}});
  }

  // --- one user beside the others ---

  /// Lines of one id are one user, with an account on each.
  void keep(Imported user) {
    for (const model::Account& account : user.accounts) {
      const auto [seen, fresh] =
          accounts_.try_emplace({account.provider_id, account.provider_account_id}, user.line);
      if (!fresh)
        return complain(user.line, "the account " + account.provider_id + " " + account.provider_account_id +
                                       " is on line " + std::to_string(seen->second) + " already");
    }
    if (!user.user.id.empty()) {
      const auto [known, fresh] = ids_.try_emplace(user.user.id, file_.users.size());
      if (!fresh) return join(file_.users[known->second], std::move(user));
    }
    if (user.user.email) {
      const auto [known, fresh] = addresses_.try_emplace(*user.user.email, user.line);
      if (!fresh)
        return complain(user.line, *user.user.email + " is on line " + std::to_string(known->second) +
                                       " already; lines of one user need the same id");
    }
    file_.users.push_back(std::move(user));
  }

  void join(Imported& first, Imported more) {
    if (more.accounts.empty() || more.user.email != first.user.email || more.user.name != first.user.name)
      return complain(more.line, "the id " + more.user.id + " is on line " + std::to_string(first.line) +
                                     " already, with another name or address, or no account is new here");
    first.accounts.insert(first.accounts.end(), more.accounts.begin(), more.accounts.end());
  }

  const ImportRules& rules_;
  ImportFile file_;
  std::map<std::pair<std::string, std::string>, size_t> accounts_;  // lines
  std::map<std::string, size_t> ids_;                               // places in users
  std::map<std::string, size_t> addresses_;                         // lines
};

}  // namespace

ImportFile read_import(std::string_view text, const ImportRules& rules) {
  if (base::is_utf8(text)) return ImportReader(rules).read(text);
  return {{}, {{1, "no UTF-8"}}};
}

}  // namespace commands
