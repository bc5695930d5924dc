// What SqlStore has no need of, in the SQL that all databases share.
#include "store/sql_admin.hpp"

#include "store/migrate.hpp"
#include "store/row.hpp"
#include "store/sql_store.hpp"
#include "store/sqlite_file.hpp"

namespace store {
namespace {

class SqlAdmin final : public Admin {
 public:
  SqlAdmin(std::unique_ptr<SqlStore> store, const base::Clock& clock)
      : store_(std::move(store)), db_(store_->connection()), clock_(clock) {}

  Store& store() override { return *store_; }
  std::vector<model::User> users(const std::string& after, size_t limit) override;
  std::vector<model::Account> accounts(const std::string& user_id) override;
  model::User create_user_with_id(const model::User&) override;
  std::vector<ListedSession> sessions(const std::optional<std::string>& user_id, const std::string& after,
                                      size_t limit) override;
  bool revoke_session(const std::string& id) override;
  size_t revoke_sessions_of(const std::string& user_id) override;
  Expired expired(base::Time now) override;
  Expired delete_expired(base::Time now, size_t batch) override {
    return store::delete_expired(db_, now, batch);
  }

 private:
  size_t count(Sql, base::Time now);

  std::unique_ptr<SqlStore> store_;
  Connection& db_;
  const base::Clock& clock_;
};

std::vector<model::User> SqlAdmin::users(const std::string& after, size_t limit) {
  std::vector<model::User> found;
  db_.run(
      "SELECT id, name, email, image, email_verified, created_at, updated_at FROM users WHERE id > $1 "
      "ORDER BY id LIMIT $2",
      {row_id(after).value_or(0), std::int64_t(limit)},
      [&](const Row& row) { found.push_back(read_user(row)); });
  return found;
}

std::vector<model::Account> SqlAdmin::accounts(const std::string& user_id) {
  std::vector<model::Account> found;
  const auto number = row_id(user_id);
  if (!number) return found;
  db_.run(
      "SELECT provider_id, provider_type, provider_account_id FROM accounts WHERE user_id = $1 ORDER BY id",
      {*number}, [&](const Row& row) {
        found.push_back({.provider_id = text(row, 0),
                         .provider_type = text(row, 1),
                         .provider_account_id = text(row, 2),
                         .refresh_token = {},
                         .access_token = {},
                         .access_token_expires = {},
                         .user_id = user_id});
      });
  return found;
}

model::User SqlAdmin::create_user_with_id(const model::User& user) {
  const auto number = row_id(user.id);
  if (!number || *number < 1) throw StoreError("an id must be a positive number");
  model::User created = user;
  created.created_at = created.updated_at = clock_.now();
  db_.run(
      "INSERT INTO users (id, name, email, email_verified, image, created_at, updated_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {*number, user.name, user.email, user.email_verified, user.image, created.created_at,
       created.updated_at});
  return created;
}

std::vector<ListedSession> SqlAdmin::sessions(const std::optional<std::string>& user_id,
                                              const std::string& after, size_t limit) {
  std::vector<ListedSession> found;
  const EachRow add = [&](const Row& row) {
    found.push_back({text(row, 0), text(row, 1), optional_text(row, 2), time(row, 3), expiry(row, 4)});
  };
  const std::int64_t last = row_id(after).value_or(0);
  const auto most = std::int64_t(limit);
  if (!user_id)
    db_.run(
        "SELECT s.id, s.user_id, u.email, s.created_at, s.expires FROM sessions s "
        "LEFT JOIN users u ON u.id = s.user_id WHERE s.id > $1 ORDER BY s.id LIMIT $2",
        {last, most}, add);
  else if (const auto number = row_id(*user_id))
    db_.run(
        "SELECT s.id, s.user_id, u.email, s.created_at, s.expires FROM sessions s "
        "LEFT JOIN users u ON u.id = s.user_id WHERE s.id > $1 AND s.user_id = $2 ORDER BY s.id LIMIT $3",
        {last, *number, most}, add);
  return found;
}

bool SqlAdmin::revoke_session(const std::string& id) {
  const auto number = row_id(id);
  return number && db_.run("DELETE FROM sessions WHERE id = $1", {*number}) > 0;
}

size_t SqlAdmin::revoke_sessions_of(const std::string& user_id) {
  const auto number = row_id(user_id);
  return number ? db_.run("DELETE FROM sessions WHERE user_id = $1", {*number}) : 0;
}

size_t SqlAdmin::count(Sql sql, base::Time now) {
  size_t rows = 0;
  db_.run(sql, {now}, [&](const Row& row) { rows = size_t(row_id(text(row, 0)).value_or(0)); });
  return rows;
}

Expired SqlAdmin::expired(base::Time now) {
  return {
      .sessions = count("SELECT COUNT(*) FROM sessions WHERE expires < $1", now),
      .verification_requests = count("SELECT COUNT(*) FROM verification_requests WHERE expires < $1", now),
      .flows = count("SELECT COUNT(*) FROM oauth_states WHERE expires < $1", now),
      .rate_limits = count("SELECT COUNT(*) FROM rate_limits WHERE full_at < $1", now),
      .documents = count("SELECT COUNT(*) FROM jwks_cache WHERE expires < $1", now - documents_kept)};
}

}  // namespace

Expired& Expired::operator+=(const Expired& other) {
  sessions += other.sessions;
  verification_requests += other.verification_requests;
  flows += other.flows;
  rate_limits += other.rate_limits;
  documents += other.documents;
  return *this;
}

Expired delete_expired(Connection& db, base::Time now, size_t batch) {
  const auto limit = std::int64_t(batch);
  return {
      .sessions =
          db.run("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires < $1 LIMIT $2)",
                 {now, limit}),
      .verification_requests = db.run("DELETE FROM verification_requests WHERE id IN "
                                      "(SELECT id FROM verification_requests WHERE expires < $1 LIMIT $2)",
                                      {now, limit}),
      .flows = db.run("DELETE FROM oauth_states WHERE key_hash IN "
                      "(SELECT key_hash FROM oauth_states WHERE expires < $1 LIMIT $2)",
                      {now, limit}),
      .rate_limits = db.run("DELETE FROM rate_limits WHERE bucket IN "
                            "(SELECT bucket FROM rate_limits WHERE full_at < $1 LIMIT $2)",
                            {now, limit}),
      .documents = db.run("DELETE FROM jwks_cache WHERE url IN "
                          "(SELECT url FROM jwks_cache WHERE expires < $1 LIMIT $2)",
                          {now - documents_kept, limit})};
}

std::unique_ptr<Admin> open_admin(const Options& options, const base::Clock& clock, const base::Log& log) {
  return std::make_unique<SqlAdmin>(open_sql(options, clock, log), clock);
}

std::optional<std::filesystem::path> file_of(const Options& options) {
  constexpr std::string_view sqlite = "sqlite:";
  if (!options.url.starts_with(sqlite)) return {};
  return options.url.substr(sqlite.size());
}

State inspect(const Options& options, const base::Log& log) {
  State state;
  const auto file = file_of(options);
  state.exists = !file || std::filesystem::exists(*file);
  if (!state.exists) check_folder(*file);
  if (file) state.on_network = on_network(state.exists ? file->string() : file->parent_path().string());
  const auto db = connect(options, log, Access::look);
  state.pending = pending(*db);
  if (!state.exists) return state;
  const Transaction writes_nothing(*db);
  check_tables(*db, pending(*db));
  state.journal = db->journal();
  return state;
}

}  // namespace store
