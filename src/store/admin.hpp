#pragma once
// What the one who looks after a site asks its database, and a request never does. No SQL here.
#include "store/store.hpp"

namespace store {

/// A session as a list shows it: nothing in here gets anybody in.
struct ListedSession {
  std::string id;  // of the row
  std::string user_id;
  std::optional<std::string> email;  // of the user
  std::optional<base::Time> created_at;
  base::Time expires;
};

/// Documents of providers stay for so long after their end: most are fetched anew into the same row, and
/// those that are not belong to a provider that is no longer there.
constexpr base::Seconds documents_kept{86400};

/// Rows that are of no more use, by what they were.
struct Expired {
  size_t sessions = 0, verification_requests = 0, flows = 0, rate_limits = 0, documents = 0;

  size_t total() const { return sessions + verification_requests + flows + rate_limits + documents; }
  Expired& operator+=(const Expired&);
};

/// One connection, for one thread. Every function throws StoreError when the database fails. What is listed
/// is so by id, in parts: at most `limit`, those after the id `after` ("" for the first).
class Admin {
 public:
  virtual ~Admin() = default;

  /// The same connection, for what requests do too.
  virtual Store& store() = 0;

  virtual std::vector<model::User> users(const std::string& after, size_t limit) = 0;
  /// Those of one user, without their tokens.
  virtual std::vector<model::Account> accounts(const std::string& user_id) = 0;
  /// Keeps the id it has, which must be a positive number. Throws Conflict if id or address is somebody's.
  virtual model::User create_user_with_id(const model::User&) = 0;

  /// Of this user alone, if one is named.
  virtual std::vector<ListedSession> sessions(const std::optional<std::string>& user_id,
                                              const std::string& after, size_t limit) = 0;
  /// False if there is no such row.
  virtual bool revoke_session(const std::string& id) = 0;
  /// How many there were.
  virtual size_t revoke_sessions_of(const std::string& user_id) = 0;

  virtual Expired expired(base::Time now) = 0;
  /// Deletes at most `batch` of each kind.
  virtual Expired delete_expired(base::Time now, size_t batch) = 0;
};

/// Opens the database, makes or migrates its tables. Throws StoreError.
std::unique_ptr<Admin> open_admin(const Options&, const base::Clock&, const base::Log&);

/// What a database is like.
struct State {
  bool exists = false;
  std::vector<Migration> pending;
  std::string journal;  // "wal", "delete", …; "" where it does not exist yet, or that means nothing
  bool on_network = false;
};

/// Changes nothing, but takes the lock of one who writes, and lets it go. Throws StoreError if the database
/// cannot be read or written, or could not be made.
State inspect(const Options&, const base::Log&);

/// The file of "sqlite:PATH"; none for another kind.
std::optional<std::filesystem::path> file_of(const Options&);

}  // namespace store
