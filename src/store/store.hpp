#pragma once
// Where users, accounts, sessions and flows are kept. No SQL here.
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "crypto/crypto.hpp"
#include "model/error.hpp"
#include "model/model.hpp"

namespace store {

using model::StoreError;

/// The row exists already: somebody else was faster. The database itself is well.
struct Conflict : StoreError {
  using StoreError::StoreError;
};

struct Options {
  std::string url = "sqlite:auth.db";             // sqlite:PATH, already absolute
  std::chrono::milliseconds busy_timeout{10000};  // how long a lock is waited for: 2 s at least, 12 s at most
};

/// A session with its user, as /session wants them.
struct Found {
  model::Session session;
  model::User user;
};

/// One connection, for one thread at a time. Every function throws StoreError when the database fails.
class Store {
 public:
  virtual ~Store() = default;

  /// Runs `work` in one transaction that is committed at its end and rolled back if it throws. SQLite: BEGIN
  /// IMMEDIATE.
  virtual void transaction(const std::function<void()>& work) = 0;

  // Users and accounts. An id is what the database made, as text.
  virtual std::optional<model::User> user(const std::string& id) = 0;
  virtual std::optional<model::User> user_by_email(const std::string& email) = 0;
  virtual std::optional<model::User> user_by_account(const std::string& provider_id,
                                                     const std::string& provider_account_id) = 0;
  /// Gives it with id, created_at and updated_at. Throws Conflict if the address is somebody's.
  virtual model::User create_user(const model::User&) = 0;
  /// Gives it with updated_at. Throws Conflict likewise.
  virtual model::User update_user(const model::User&) = 0;
  /// The providers of the user's accounts, each once.
  virtual std::vector<std::string> providers_of(const std::string& user_id) = 0;
  /// Throws Conflict if the account is linked already.
  virtual void link_account(const model::Account&) = 0;

  // Sessions. `token` is the cookie's; the row keeps "sha256:" + hex SHA-256 of it. Raw tokens of rows that
  // NextAuth.js wrote are found too and hashed then. A token that begins with "sha256:" is never found.
  virtual void create_session(const model::Session&) = 0;
  /// None if there is none or its user is gone. Expired ones are given too: the caller judges.
  virtual std::optional<Found> session(const std::string& token) = 0;
  virtual void renew_session(const std::string& token, base::Time expires) = 0;
  virtual void delete_session(const std::string& token) = 0;

  // Sign-ins under way.
  /// Replaces a flow of the same key.
  virtual void save_flow(const model::Flow&) = 0;
  /// The flow, which is gone from then on, even when two ask at once; expired ones are given too.
  virtual std::optional<model::Flow> take_flow(const std::string& key_hash) = 0;

  // Links in mails.
  virtual void save_verification_request(const model::VerificationRequest&) = 0;
  virtual std::optional<model::VerificationRequest> verification_request(const std::string& identifier,
                                                                         const std::string& token_hash) = 0;
  /// True for exactly one caller.
  virtual bool take_verification_request(const std::string& identifier, const std::string& token_hash) = 0;

  // Documents of providers (discovery, JWKS), shared by all processes.
  struct Document {
    std::string body;
    base::Time fetched, expires;
  };
  virtual std::optional<Document> document(const std::string& url) = 0;
  virtual void save_document(const std::string& url, const Document&) = 0;

  /// The value kept under this name; `make` is called where there is none yet, and one value wins if two make
  /// it at once.
  virtual std::string setting(const std::string& name, const std::function<std::string()>& make) = 0;
  /// The value kept under this name, if there is one; and one that replaces it.
  virtual std::optional<std::string> recall(const std::string& name) = 0;
  virtual void remember(const std::string& name, const std::string& value) = 0;

  /// Takes a token of the bucket, which holds `count` and fills evenly within `window`: 0 if there was one,
  /// else how long until there will be. Of many at once, no more than there are tokens get one.
  virtual std::chrono::milliseconds take_token(const std::string& bucket, unsigned count,
                                               base::Seconds window) = 0;

  /// Deletes at most `batch` expired sessions, links, sign-ins under way and documents of each; how many rows
  /// went.
  virtual size_t delete_expired(base::Time now, size_t batch) = 0;
};

/// Opens the database, makes or migrates its tables. Throws StoreError; a file that is no database is left
/// untouched.
std::unique_ptr<Store> open(const Options&, const base::Clock&, const base::Log&);

/// The numbers of schema/ that are still to be applied, without applying them.
struct Migration {
  int number;
  std::string name;  // "0001_nextauth_v3.sql"
};
std::vector<Migration> pending_migrations(const Options&, const base::Clock&, const base::Log&);
/// Makes the tables or brings them up to date, as open() does. What this call applied: where several do so at
/// once, nothing for all but one of them.
std::vector<Migration> migrate(const Options&, const base::Clock&, const base::Log&);

/// Connections that wait for their next request: one for each thread that works at once.
class Pool {
 public:
  Pool(Options, const base::Clock&, const base::Log&);
  ~Pool();
  /// A store of one's own until it is let go. One that threw StoreError is not lent again.
  using Lease = std::unique_ptr<Store, std::function<void(Store*)>>;
  Lease lend();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace store
