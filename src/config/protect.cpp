#include <algorithm>

#include "base/text.hpp"
#include "config/reader.hpp"

// Who may come to which part of the site.
namespace config {
namespace {

using auth::Admission;

constexpr size_t most_paths = 200;
constexpr size_t most_entries = 10'000;  // of one list

constexpr std::string_view kinds =
    R"(must be "signed-in", "everybody", "lua", or lists: {"emails": […], "domains": […], "providers": […]})";

/// "/members", as requests are compared with it; "" with a complaint.
std::string read_path(const Reader& entry) {
  std::string given;
  entry.text("path", given);
  auto path = http::plain_path(given);
  // A path is compared as it is decoded: %20 would never be met.
  if (!path || given.find_first_of("%?#*") != std::string::npos) {
    entry.complain("path", "must be a path of the site without %, ?, # and *, as \"/members\"");
    return {};
  }
  if (path->size() > 1 && path->ends_with('/')) path->pop_back();
  return *path;
}

std::vector<std::string> read_list(const Reader& allow, std::string_view key) {
  const base::Json* value = allow.find(key);
  std::vector<std::string> list;
  if (!value) return list;
  const bool is_list =
      value->is_array() && value->elements().size() <= most_entries &&
      std::all_of(value->elements().begin(), value->elements().end(),
                  [](const base::Json& one) { return one.is_string() && !one.text().empty(); });
  if (!is_list) {
    allow.complain(key, "must be a list of texts, " + std::to_string(most_entries) + " at most");
    return list;
  }
  for (const base::Json& one : value->elements()) list.push_back(one.text());
  return list;
}

void check_addresses(const Reader& allow, Admission& admission) {
  for (std::string& email : admission.emails) {
    email = base::lower(email);
    const size_t at = email.find('@');
    if (at == 0 || at == std::string::npos || at + 1 == email.size())
      allow.complain("emails", "\"" + email + "\" is no address, as \"ann@example.com\"");
  }
  for (std::string& domain : admission.domains) {
    domain = base::lower(domain);
    if (domain.find('@') != std::string::npos || domain.find('*') != std::string::npos)
      allow.complain("domains",
                     "\"" + domain + "\" is no domain: write what stands behind the @, as \"example.com\"");
  }
}

/// Only an account at an OAuth provider leaves a trace that can be looked at later.
void check_providers(const Reader& allow, const Admission& admission, const Config& config) {
  for (const std::string& id : admission.providers) {
    const bool known = std::any_of(
        config.providers.begin(), config.providers.end(),
        [&](const providers::Provider& one) { return one.id == id && one.type == providers::Type::oauth; });
    if (!known) allow.complain("providers", "\"" + id + "\" is no OAuth provider of this configuration");
  }
  if (!admission.providers.empty() && !config.database && !config.callbacks)
    allow.complain("providers",
                   "without a database nobody knows who came by which provider: have a `jwt` callback put it "
                   "into the token as \"provider\"");
}

void read_lists(const Reader& entry, Admission& admission, const Config& config) {
  const Reader allow(*entry.find("allow"), entry.pointer("allow"), entry.notes(),
                     {"emails", "domains", "providers"});
  admission.whom = Admission::Whom::listed;
  admission.emails = read_list(allow, "emails");
  admission.domains = read_list(allow, "domains");
  admission.providers = read_list(allow, "providers");
  check_addresses(allow, admission);
  check_providers(allow, admission, config);
  // All empty would mean everybody who is signed in, and may well have been meant as nobody.
  if (admission.emails.empty() && admission.domains.empty() && admission.providers.empty())
    entry.complain("allow", "names nobody: list who may enter, or say \"signed-in\"");
}

Admission read_admission(const Reader& entry, const Config& config) {
  Admission admission;
  const base::Json* allow = entry.find("allow");
  const std::string word = allow && allow->is_string() ? allow->text() : "";
  if (allow && allow->is_object())
    read_lists(entry, admission, config);
  else if (word == "everybody")
    admission.whom = Admission::Whom::everybody;
  else if (word == "lua")
    admission.whom = Admission::Whom::asked;
  else if (word != "signed-in")
    entry.complain("allow", std::string(kinds));
  if (word == "lua" && !config.callbacks)
    entry.complain("allow", "there is no \"callbacks\" whose function protect could be asked");
  return admission;
}

}  // namespace

void read_protect(const Reader& reader, Config& config) {
  const base::Json* list = reader.find("protect");
  if (!list) return;
  if (!list->is_array() || list->elements().size() > most_paths)
    return reader.complain(
        "protect", "must be a list of { \"path\", \"allow\" }, " + std::to_string(most_paths) + " at most");
  for (size_t i = 0; i < list->elements().size(); ++i) {
    const std::string pointer = "/protect/" + std::to_string(i);
    const base::Json& one = list->elements()[i];
    if (!one.is_object()) {
      reader.notes().error(pointer,
                           "must be an object: { \"path\": \"/members\", \"allow\": \"signed-in\" }");
      continue;
    }
    const Reader entry(one, pointer, reader.notes(), {"path", "allow"});
    auth::Protected part{.path = read_path(entry), .allow = read_admission(entry, config)};
    const bool is_twice =
        std::any_of(config.routes.protect.begin(), config.routes.protect.end(),
                    [&](const auth::Protected& before) { return before.path == part.path; });
    if (is_twice && !part.path.empty()) entry.complain("path", "stands twice in this list");
    config.routes.protect.push_back(std::move(part));
  }
}

}  // namespace config
