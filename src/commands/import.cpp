#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <system_error>

#include "base/file.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"
#include "commands/import_file.hpp"
#include "commands/output.hpp"
#include "commands/site.hpp"

namespace commands {
namespace {

struct Result {
  size_t users = 0, accounts = 0;  // made
  size_t present = 0;              // were there already
  bool imported = false;           // and kept
};

/// All that was done is to be undone.
struct Undo {};

/// A user of the file beside those of the database. Throws Failure, having changed nothing, where somebody
/// could get at somebody else's account.
class Importer {
 public:
  Importer(store::Admin& admin, bool merge) : admin_(admin), merge_(merge) {}

  void import(const Imported& one, Result& result) {
    const auto existing = find(one);
    const std::vector<model::Account> missing = accounts_missing(one);
    const std::string id = existing ? existing->id : create(one.user);
    for (model::Account account : missing) {
      account.user_id = id;
      admin_.store().link_account(account);
    }
    result.accounts += missing.size();
    if (existing && missing.empty())
      ++result.present;
    else if (!existing)
      ++result.users;
  }

 private:
  std::string create(const model::User& user) {
    return user.id.empty() ? admin_.store().create_user(user).id : admin_.create_user_with_id(user).id;
  }

  std::vector<model::Account> accounts_missing(const Imported& one) {
    std::vector<model::Account> missing;
    for (const model::Account& account : one.accounts)
      if (!admin_.store().user_by_account(account.provider_id, account.provider_account_id))
        missing.push_back(account);
    return missing;
  }

  /// Whose all those accounts are that are anybody's.
  std::optional<model::User> owner(const Imported& one) {
    std::optional<model::User> owner;
    for (const model::Account& account : one.accounts) {
      auto user = admin_.store().user_by_account(account.provider_id, account.provider_account_id);
      if (user && owner && user->id != owner->id)
        throw Failure("the accounts belong to two users, " + owner->id + " and " + user->id);
      if (user) owner = std::move(user);
    }
    return owner;
  }

  std::optional<model::User> find(const Imported& one) {
    store::Store& store = admin_.store();
    const std::optional<model::User> by_account = owner(one);
    const auto by_email = one.user.email ? store.user_by_email(*one.user.email) : std::nullopt;
    if (by_account && by_email && by_account->id != by_email->id)
      throw Failure(*one.user.email + " is the user " + by_email->id + ", the account belongs to the user " +
                    by_account->id);
    const auto& found = by_account ? by_account : by_email;
    check_id(one.user.id, found);
    // An address alone does not show that both are one person.
    if (found && !by_account && !one.accounts.empty() && !merge_)
      throw Failure(*one.user.email + " is the user " + found->id +
                    ", who does not have this account; --merge-by-email links it");
    return found;
  }

  void check_id(const std::string& id, const std::optional<model::User>& found) {
    if (id.empty() || (found && found->id == id)) return;
    if (found) throw Failure("is the user " + found->id + " already, and not " + id);
    if (admin_.store().user(id)) throw Failure("the id " + id + " is another user's");
  }

  store::Admin& admin_;
  bool merge_;
};

/// Not by a name as /dev/stdin, which cannot open a socket, nor somebody else's pipe.
std::string read_input() {
  constexpr size_t part = 65536;
  std::string text;
  for (;;) {
    const size_t before = text.size();
    text.resize(before + part);
    const ssize_t count = ::read(STDIN_FILENO, text.data() + before, part);
    if (count < 0) throw std::system_error(errno, std::generic_category(), "standard input");
    text.resize(before + size_t(count));
    if (count == 0) return text;
    if (text.size() > import_limit)
      throw Failure("standard input: larger than " + std::to_string(import_limit) + " bytes");
  }
}

std::string read_text(const std::string& name) {
  auto text = name == "-" ? read_input() : base::read_file(name, import_limit);
  if (!text) throw Failure(name + ": there is no such file");
  return std::string(base::without_byte_order_mark(*text));
}

bool is_json(const Call& call, std::string_view text) {
  const std::string format = call.value("--format").value_or("");
  if (!format.empty() && format != "json" && format != "csv") throw Misuse("--format must be csv or json");
  const std::string_view beginning = base::trim(text);
  return format.empty() ? beginning.starts_with('[') || beginning.starts_with('{') : format == "json";
}

std::string provider_problem(const config::Config& config, const std::string& id) {
  const std::string no_accounts = "\"" + id + "\" is no provider that people have accounts at";
  for (const providers::Provider& provider : config.providers)
    if (provider.id == id) return provider.type == providers::Type::oauth ? "" : no_accounts;
  if (const auto entry = providers::catalogue(id))
    return entry->text_of("type").value_or("oauth") == "oauth" ? "" : no_accounts;
  const std::vector<std::string> ids = providers::catalogue_ids();
  std::vector<std::string_view> known(ids.begin(), ids.end());
  for (const providers::Provider& provider : config.providers) known.emplace_back(provider.id);
  return "\"" + id + "\" is neither configured nor in the catalogue" + base::did_you_mean(id, known);
}

/// In one transaction, which is undone for a dry run and for any problem, unless such users are to be left
/// out.
Result write(store::Admin& admin, const Call& call, ImportFile& file) {
  Result result;
  Importer importer(admin, call.has("--merge-by-email"));
  Progress progress("users");
  try {
    admin.store().transaction([&] {
      for (size_t i = 0; i < file.users.size(); ++i) {
        try {
          importer.import(file.users[i], result);
        } catch (const Failure& problem) {
          file.problems.push_back({file.users[i].line, problem.what()});
        }
        progress.show(i + 1, file.users.size());
      }
      if (call.has("--dry-run") || (!file.problems.empty() && !call.has("--skip-wrong"))) throw Undo();
    });
    result.imported = true;
  } catch (const Undo&) {
    result.imported = false;
  }
  return result;
}

void show(const std::string& name, const Result& result, const ImportFile& file) {
  std::cout << (result.imported ? "imported " : "not imported: ") << result.users << " users and "
            << result.accounts << " accounts; " << result.present << " users were there already; "
            << file.problems.size() << " problems\n";
  std::cout.flush();
  for (const ImportProblem& problem : file.problems)
    std::cerr << name << ":" << problem.line << ": " << printable(problem.message) << "\n";
}

base::Json to_json(const Result& result, const ImportFile& file) {
  base::Json problems = base::Json::array();
  for (const ImportProblem& problem : file.problems)
    problems.elements().push_back(
        base::Json::object({{"line", std::int64_t(problem.line)}, {"message", problem.message}}));
  return base::Json::object({{"imported", result.imported},
                             {"users", std::int64_t(result.users)},
                             {"accounts", std::int64_t(result.accounts)},
                             {"present", std::int64_t(result.present)},
                             {"problems", problems}});
}

int import(const Call& call) {
  expect_arguments(call, 1, 1);
  const std::string& name = call.arguments[0];
  const std::string text = read_text(name);
  const bool json = is_json(call, text);
  const config::Config config = usable_config(call);
  ImportFile file = read_import(
      text, {.json = json,
             .ignore_unknown = call.has("--ignore-unknown"),
             .now = base::system_clock().now(),
             .provider_problem = [&](const std::string& id) { return provider_problem(config, id); }});
  if (call.has("--dry-run")) check_up_to_date(database_of(config));
  const Database database(call);
  const Result result = write(*database, call, file);
  std::stable_sort(file.problems.begin(), file.problems.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  if (call.json())
    print(to_json(result, file));
  else
    show(name == "-" ? "standard input" : name, result, file);
  return file.problems.empty() || call.has("--skip-wrong") ? 0 : 1;
}

}  // namespace

Command import_command() {
  return {
      .name = "import",
      .arguments = "FILE",
      .help = "take over the users of another system, from CSV or JSON",
      .details =
          "FILE is a table whose first line names its columns, or a list of objects; \"-\" is standard "
          "input.\n"
          "  id                 a number that the user is to have here; without it a new one is made\n"
          "  name, image        text; an http(s) URL or a path\n"
          "  email              an address; it belongs to one user\n"
          "  email_verified     true, false, or the date when it was\n"
          "  provider, providerAccountId   an account that the user signs in with. A user with several has a "
          "line\n"
          "                     for each, all with the same id; in JSON \"accounts\": [{ \"provider\": … }, "
          "…]\n"
          "Every problem is named with its line, and where there is one nothing is imported. All is one\n"
          "transaction: sign-ins wait meanwhile. A second run finds everything there and changes nothing.\n"
          "A user of the file whose address is somebody's here already is not merged with them by that "
          "alone.",
      .examples = "import users.csv --dry-run\nimport users.csv\nimport users.json --skip-wrong --json",
      .options = {{"--dry-run", "", "only say what would happen"},
                  {"--skip-wrong", "", "import the users that nothing is wrong with"},
                  {"--merge-by-email", "", "link accounts to the users who have their address here"},
                  {"--ignore-unknown", "", "take no notice of other columns"},
                  {"--format", "F", "csv or json, where it cannot be told"}},
      .words = {},
      .run = import};
}

}  // namespace commands
