#include <cstdint>
#include <iostream>

#include "base/nearest.hpp"
#include "commands/output.hpp"
#include "commands/site.hpp"

namespace commands {
namespace {

constexpr size_t no_limit = SIZE_MAX;

base::Json accounts_of(store::Admin& admin, const std::string& user_id) {
  base::Json list = base::Json::array();
  for (const model::Account& account : admin.accounts(user_id))
    list.elements().push_back(base::Json::object({{"provider", account.provider_id},
                                                  {"type", account.provider_type},
                                                  {"providerAccountId", account.provider_account_id}}));
  return list;
}

base::Json to_json(store::Admin& admin, const model::User& user) {
  base::Json json = model::to_json(user);
  json.set("accounts", accounts_of(admin, user.id));
  return json;
}

int list_users(const Call& call, store::Admin& admin) {
  size_t left = call.number("--limit", no_limit, 1, no_limit);
  std::string after = std::to_string(call.number("--after", 0, 0, INT64_MAX));
  std::optional<JsonList> json;
  if (call.json()) json.emplace();
  while (left > 0) {
    const auto users = admin.users(after, std::min(left, page));
    if (users.empty()) break;
    for (const model::User& user : users) {
      if (json)
        json->add(to_json(admin, user));
      else
        std::cout << user.id << "\t" << shown(user.email) << "\t" << shown(user.name) << "\n";
    }
    left -= users.size();
    after = users.back().id;
  }
  if (json) json->end();
  return 0;
}

void show_time(const char* what, const std::optional<base::Time>& time) {
  std::cout << what << (time ? base::iso8601(*time) : "-") << "\n";
}

int show(const Call& call, store::Admin& admin) {
  const model::User user = find_user(admin, call.arguments[1]);
  if (call.json()) {
    print(to_json(admin, user));
    return 0;
  }
  std::cout << "id        " << user.id << "\n"
            << "name      " << shown(user.name) << "\n"
            << "email     " << shown(user.email) << "\n";
  show_time("verified  ", user.email_verified);
  std::cout << "image     " << shown(user.image) << "\n";
  show_time("created   ", user.created_at);
  show_time("updated   ", user.updated_at);
  for (const model::Account& account : admin.accounts(user.id))
    std::cout << "account   " << printable(account.provider_id) << " "
              << printable(account.provider_account_id) << "\n";
  return 0;
}

int users(const Call& call) {
  const std::string what = call.arguments.empty() ? "list" : call.arguments[0];
  if (what != "list" && what != "show")
    throw Misuse("there is no \"" + what + "\"" + base::did_you_mean(what, {"list", "show"}));
  expect_arguments(call, what == "show" ? 2 : 0, what == "show" ? 2 : 1);
  if (what == "show")
    for (const char* option : {"--limit", "--after"}) refuse_option(call, option, what);
  const Database database(call);
  return what == "show" ? show(call, *database) : list_users(call, *database);
}

}  // namespace

Command users_command() {
  return {
      .name = "users",
      .arguments = "[list | show WHO]",
      .help = "list the users, or show one with the accounts they sign in with",
      .details =
          "WHO is an id or an address. A line of the list is id, address and name, with tabs between them;\n"
          "\"-\" stands for what is not known.",
      .examples = "users\nusers list --limit 10 --after 20\nusers show ann@example.com\nusers show 1 --json",
      .options = {{"--limit", "N", "so many at most"}, {"--after", "ID", "those after this id"}},
      .words = {"list", "show"},
      .run = users};
}

}  // namespace commands
