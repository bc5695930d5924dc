#include "store/migrate.hpp"
#include "store/sql_store.hpp"

namespace store {

std::unique_ptr<Connection> connect(const Options& options, const base::Log& log, Access access) {
  const std::string_view url = options.url;
  if (constexpr std::string_view sqlite = "sqlite:"; url.starts_with(sqlite))
    return connect_sqlite(std::string(url.substr(sqlite.size())), options, log, access);
  // The rest of a URL may hold a password.
  throw StoreError("database: \"" + std::string(url.substr(0, url.find(':'))) +
                   ":\" is no kind of database that is known");
}

std::unique_ptr<SqlStore> open_sql(const Options& options, const base::Clock& clock, const base::Log& log,
                                   JointWrites* joint) {
  auto db = connect(options, log, Access::change);
  migrate(*db, clock, log);
  return std::make_unique<SqlStore>(std::move(db), clock, joint);
}

std::unique_ptr<Store> open(const Options& options, const base::Clock& clock, const base::Log& log) {
  return open_sql(options, clock, log);
}

std::vector<Migration> migrate(const Options& options, const base::Clock& clock, const base::Log& log) {
  return migrate(*connect(options, log, Access::change), clock, log);
}

std::vector<Migration> pending_migrations(const Options& options, const base::Clock&, const base::Log& log) {
  const auto db = connect(options, log, Access::look);
  return pending(*db);
}

}  // namespace store
