// Every statement, once, in the SQL that all databases share.
#include "store/sql_store.hpp"

#include <algorithm>

#include "store/row.hpp"
#include "store/sql_admin.hpp"

namespace store {
namespace {

constexpr std::string_view hashed = "sha256:";

std::string hash_token(const std::string& token) {
  const auto digits = crypto::sha256_digits(token);
  std::string out;
  out.reserve(hashed.size() + digits.size());
  out.append(hashed).append(digits.data(), digits.size());
  return out;
}

/// What stands in a row is a hash: whoever has read the table must not get in with it.
bool is_hash(const std::string& token) { return token.starts_with(hashed); }

/// As NextAuth.js v3 makes it.
std::string compound_id(const std::string& provider_id, const std::string& provider_account_id) {
  return crypto::sha256_hex(provider_id + ":" + provider_account_id);
}

std::int64_t known_id(const std::string& id) {
  const auto number = row_id(id);
  if (!number) throw StoreError("no user has such an id");
  return *number;
}

/// Calls `read` with the only row; none if there is none.
template <typename Read>
auto one(Connection& db, Sql sql, std::initializer_list<Value> values, Read read) {
  std::optional<std::invoke_result_t<Read, const Row&>> found;
  db.run(sql, values, [&](const Row& row) { found = read(row); });
  return found;
}

}  // namespace

void SqlStore::transaction(const std::function<void()>& work) {
  Transaction transaction(*db_);
  in_transaction_ = true;
  const std::unique_ptr<bool, decltype([](bool* within) { *within = false; })> until_its_end(
      &in_transaction_);
  work();
  transaction.commit();
}

// --- users and accounts ---

std::optional<model::User> SqlStore::user(const std::string& id) {
  const auto number = row_id(id);
  if (!number) return {};
  return one(*db_,
             "SELECT id, name, email, image, email_verified, created_at, updated_at FROM users WHERE id = $1",
             {*number}, [](const Row& row) { return read_user(row); });
}

std::optional<model::User> SqlStore::user_by_email(const std::string& email) {
  return one(*db_,
             "SELECT id, name, email, image, email_verified, created_at, updated_at FROM users "
             "WHERE email = $1",
             {email}, [](const Row& row) { return read_user(row); });
}

// By compound_id, for in SQLite v3 writes a numeric account id beyond 2^31 as "3123456789.0".
std::optional<model::User> SqlStore::user_by_account(const std::string& provider_id,
                                                     const std::string& provider_account_id) {
  return one(
      *db_,
      "SELECT u.id, u.name, u.email, u.image, u.email_verified, u.created_at, u.updated_at "
      "FROM accounts a JOIN users u ON u.id = a.user_id WHERE a.compound_id = $1 AND a.provider_id = $2",
      {compound_id(provider_id, provider_account_id), provider_id},
      [](const Row& row) { return read_user(row); });
}

std::vector<std::string> SqlStore::providers_of(const std::string& user_id) {
  std::vector<std::string> providers;
  db_->run("SELECT DISTINCT provider_id FROM accounts WHERE user_id = $1 ORDER BY provider_id", {user_id},
           [&](const Row& row) { providers.push_back(text(row, 0)); });
  return providers;
}

model::User SqlStore::create_user(const model::User& user) {
  model::User created = user;
  created.created_at = created.updated_at = clock_.now();
  db_->run(
      "INSERT INTO users (name, email, email_verified, image, created_at, updated_at) "
      "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
      {user.name, user.email, user.email_verified, user.image, created.created_at, created.updated_at},
      [&](const Row& row) { created.id = text(row, 0); });
  return created;
}

model::User SqlStore::update_user(const model::User& user) {
  model::User updated = user;
  updated.updated_at = clock_.now();
  const auto created_at =
      one(*db_,
          "UPDATE users SET name = $1, email = $2, email_verified = $3, image = $4, updated_at = $5 "
          "WHERE id = $6 RETURNING created_at",
          {user.name, user.email, user.email_verified, user.image, updated.updated_at, known_id(user.id)},
          [](const Row& row) { return time(row, 0); });
  if (!created_at) throw StoreError("the user to be updated is gone");
  updated.created_at = *created_at;
  return updated;
}

void SqlStore::link_account(const model::Account& account) {
  const base::Time now = clock_.now();
  db_->run(
      "INSERT INTO accounts (compound_id, user_id, provider_type, provider_id, provider_account_id, "
      "refresh_token, access_token, access_token_expires, created_at, updated_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      {compound_id(account.provider_id, account.provider_account_id), known_id(account.user_id),
       account.provider_type, account.provider_id, account.provider_account_id, account.refresh_token,
       account.access_token, account.access_token_expires, now, now});
}

// --- sessions ---

void SqlStore::create_session(const model::Session& session) {
  const base::Time now = clock_.now();
  db_->run(
      "INSERT INTO sessions (user_id, expires, session_token, access_token, created_at, updated_at) "
      "VALUES ($1, $2, $3, $4, $5, $6)",
      {known_id(session.user_id), session.expires, hash_token(session.token), session.access_token, now,
       now});
}

std::optional<Found> SqlStore::stored_session(const std::string& stored, const std::string& token) {
  return one(*db_,
             "SELECT s.access_token, s.expires, "
             "u.id, u.name, u.email, u.image, u.email_verified, u.created_at, u.updated_at "
             "FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.session_token = $1",
             {stored}, [&](const Row& row) {
               model::User user = read_user(row, 2);
               return Found{{token, user.id, text(row, 0), expiry(row, 1)}, std::move(user)};
             });
}

std::optional<Found> SqlStore::session(const std::string& token) {
  if (is_hash(token)) return {};
  const std::string hash = hash_token(token);
  if (auto found = stored_session(hash, token)) return found;
  auto raw = stored_session(token, token);
  // Another process may have turned one into the other meanwhile.
  if (!raw) return stored_session(hash, token);
  db_->run("UPDATE sessions SET session_token = $1 WHERE session_token = $2", {hash, token});
  return raw;
}

void SqlStore::renew_session(const std::string& token, base::Time expires) {
  if (is_hash(token)) return;
  const std::string hash = hash_token(token);
  const base::Time now = clock_.now();
  const auto renew = [&](Connection& db, const std::string& stored) {
    return db.run("UPDATE sessions SET expires = $1, updated_at = $2 WHERE session_token = $3",
                  {expires, now, stored});
  };
  const JointWrites::Write write = [&](Connection& db) {
    if (renew(db, hash) == 0) renew(db, token);
  };
  if (joint_ && !in_transaction_)
    joint_->commit(*db_, write);
  else
    write(*db_);
}

void SqlStore::delete_session(const std::string& token) {
  if (is_hash(token)) return;
  db_->run("DELETE FROM sessions WHERE session_token IN ($1, $2)", {hash_token(token), token});
}

// --- sign-ins under way ---

void SqlStore::save_flow(const model::Flow& flow) {
  db_->run(
      "INSERT INTO oauth_states (key_hash, provider_id, browser, code_verifier, nonce, request_token_secret, "
      "callback_url, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key_hash) DO UPDATE SET "
      "provider_id = excluded.provider_id, browser = excluded.browser, "
      "code_verifier = excluded.code_verifier, nonce = excluded.nonce, "
      "request_token_secret = excluded.request_token_secret, "
      "callback_url = excluded.callback_url, expires = excluded.expires",
      {flow.key_hash, flow.provider_id, flow.browser, flow.code_verifier, flow.nonce,
       flow.request_token_secret, flow.callback_url, flow.expires});
}

std::optional<model::Flow> SqlStore::take_flow(const std::string& key_hash) {
  return one(*db_,
             "DELETE FROM oauth_states WHERE key_hash = $1 RETURNING provider_id, browser, code_verifier, "
             "nonce, request_token_secret, callback_url, expires",
             {key_hash}, [&](const Row& row) {
               return model::Flow{.key_hash = key_hash,
                                  .provider_id = text(row, 0),
                                  .browser = text(row, 1),
                                  .code_verifier = text(row, 2),
                                  .nonce = text(row, 3),
                                  .request_token_secret = text(row, 4),
                                  .callback_url = text(row, 5),
                                  .expires = expiry(row, 6)};
             });
}

// --- links in mails ---

void SqlStore::save_verification_request(const model::VerificationRequest& request) {
  const base::Time now = clock_.now();
  db_->run(
      "INSERT INTO verification_requests (identifier, token, expires, created_at, updated_at) "
      "VALUES ($1, $2, $3, $4, $5)",
      {request.identifier, request.token_hash, request.expires, now, now});
}

std::optional<model::VerificationRequest> SqlStore::verification_request(const std::string& identifier,
                                                                         const std::string& token_hash) {
  return one(*db_, "SELECT expires FROM verification_requests WHERE identifier = $1 AND token = $2",
             {identifier, token_hash}, [&](const Row& row) {
               return model::VerificationRequest{identifier, token_hash, expiry(row, 0)};
             });
}

bool SqlStore::take_verification_request(const std::string& identifier, const std::string& token_hash) {
  return db_->run("DELETE FROM verification_requests WHERE identifier = $1 AND token = $2",
                  {identifier, token_hash}) > 0;
}

// --- documents, settings, and what has expired ---

std::optional<Store::Document> SqlStore::document(const std::string& url) {
  return one(*db_, "SELECT body, fetched, expires FROM jwks_cache WHERE url = $1", {url}, [](const Row& row) {
    return Document{text(row, 0), expiry(row, 1), expiry(row, 2)};
  });
}

void SqlStore::save_document(const std::string& url, const Document& document) {
  db_->run(
      "INSERT INTO jwks_cache (url, body, fetched, expires) VALUES ($1, $2, $3, $4) ON CONFLICT (url) "
      "DO UPDATE SET body = excluded.body, fetched = excluded.fetched, expires = excluded.expires",
      {url, document.body, document.fetched, document.expires});
}

std::string SqlStore::setting(const std::string& name, const std::function<std::string()>& make) {
  if (auto value = recall(name)) return *value;
  db_->run("INSERT INTO nextauth_settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
           {name, make()});
  return recall(name).value();  // ours, or that of whoever was faster
}

std::optional<std::string> SqlStore::recall(const std::string& name) {
  return one(*db_, "SELECT value FROM nextauth_settings WHERE name = $1", {name},
             [](const Row& row) { return text(row, 0); });
}

void SqlStore::remember(const std::string& name, const std::string& value) {
  db_->run(
      "INSERT INTO nextauth_settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = "
      "excluded.value",
      {name, value});
}

// Kept is when the bucket is full again: each token taken puts that off by the time it takes to come back.
std::chrono::milliseconds SqlStore::take_token(const std::string& bucket, unsigned count,
                                               base::Seconds window) {
  const base::Time now = clock_.now();
  const std::chrono::milliseconds whole = window;
  const std::chrono::milliseconds each = whole / count;
  std::chrono::milliseconds wait{0};
  transaction([&] {
    const auto known = one(*db_, "SELECT full_at FROM rate_limits WHERE bucket = $1", {bucket},
                           [](const Row& row) { return expiry(row, 0); });
    // More than a window ahead can only be after the clock went back.
    const base::Time full_at = std::min(std::max(known.value_or(now), now), now + whole) + each;
    wait = std::max(full_at - (now + whole), std::chrono::milliseconds{0});
    if (wait.count() > 0) return;
    db_->run(
        "INSERT INTO rate_limits (bucket, full_at) VALUES ($1, $2) ON CONFLICT (bucket) "
        "DO UPDATE SET full_at = excluded.full_at",
        {bucket, full_at});
  });
  return wait;
}

size_t SqlStore::delete_expired(base::Time now, size_t batch) {
  return store::delete_expired(*db_, now, batch).total();
}

}  // namespace store
