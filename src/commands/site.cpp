#include "commands/site.hpp"

#include <iostream>

#include "mail/mail.hpp"

namespace commands {

config::Config usable_config(const Call& call) {
  config::Loaded loaded = config::load(config::process_environment(), call.beside);
  if (loaded.usable()) return std::move(loaded.config);
  for (const config::Problem& problem : loaded.problems)
    if (!problem.warning) std::cerr << problem.text() << "\n";
  throw Failure("the configuration cannot be used");
}

const store::Options& database_of(const config::Config& config) {
  if (!config.database) throw Failure("the configuration has no database: \"database\": null");
  return *config.database;
}

void check_up_to_date(const store::Options& database) {
  const CommandLog log;
  if (!store::pending_migrations(database, base::system_clock(), log.log()).empty())
    throw Failure("the database is not up to date: `nextauth.fcgi migrate` first");
}

void CommandLog::show(std::string_view line) {
  // TIME LEVEL CODE
  if (!line.substr(line.find(' ') + 1).starts_with("info ")) std::cerr << line;
}

Database::Database(const Call& call)
    : admin_(store::open_admin(database_of(usable_config(call)), base::system_clock(), log_.log())) {}

model::User find_user(store::Admin& admin, const std::string& who) {
  std::optional<model::User> user;
  if (who.find('@') != std::string::npos) {
    user = admin.store().user_by_email(who);
    const auto address = mail::read_address(who);
    if (!user && address) user = admin.store().user_by_email(*address);
  } else {
    user = admin.store().user(who);
  }
  if (!user) throw Failure("there is no user " + who);
  return *user;
}

void expect_arguments(const Call& call, size_t least, size_t most) {
  if (call.arguments.size() > most)
    throw Misuse("there is an argument too many: \"" + call.arguments[most] + "\"");
  if (call.arguments.size() < least) throw Misuse("there is an argument missing");
}

void refuse_option(const Call& call, std::string_view option, const std::string& what) {
  if (call.has(option)) throw Misuse(std::string(option) + " means nothing with " + what);
}

}  // namespace commands
