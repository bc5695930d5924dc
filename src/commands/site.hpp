#pragma once
// Private to commands/: the site that a command is about.
#include "commands/commands.hpp"
#include "config/config.hpp"
#include "store/admin.hpp"

namespace commands {

/// The configuration. Throws Failure, after naming every problem on standard error, if it cannot be used.
config::Config usable_config(const Call&);

/// Throws Failure if the configuration has none.
const store::Options& database_of(const config::Config&);

/// Throws Failure unless the database has all its tables: a dry run must make none.
void check_up_to_date(const store::Options& database);

/// A command's own log: warnings go to standard error; what a command does it says itself.
class CommandLog {
 public:
  const base::Log& log() const { return log_; }

 private:
  base::Log log_;
  base::LogSink sink_{[](std::string_view line) { show(line); }};
  static void show(std::string_view line);
};

/// The database of the configuration, opened.
class Database {
 public:
  explicit Database(const Call&);
  store::Admin* operator->() const { return admin_.get(); }
  store::Admin& operator*() const { return *admin_; }

 private:
  CommandLog log_;
  std::unique_ptr<store::Admin> admin_;
};

/// By address, if it has an @, else by id. Throws Failure if there is no such user.
model::User find_user(store::Admin&, const std::string& who);

/// Throws Misuse unless there are as many arguments as that.
void expect_arguments(const Call&, size_t least, size_t most);

/// Throws Misuse if the option is given, as it would change nothing with `what`: "show".
void refuse_option(const Call&, std::string_view option, const std::string& what);

constexpr size_t page = 500;  // rows that are asked for at once

}  // namespace commands
