#pragma once
// Whose the submitted fields of a form are: the kinds of a credentials provider's `authorize`.
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "base/log.hpp"
#include "crypto/crypto.hpp"
#include "hooks/hooks.hpp"
#include "http/client.hpp"
#include "store/store.hpp"

namespace credentials {

// --- the kinds ---

/// The callbacks file's function `authorize`.
struct Lua {};

/// A file of lines NAME:HASH, as the program htpasswd makes them; the fields are `username` and `password`.
/// Read at each attempt, so that a change counts at once. The user: {id: NAME, name: NAME}.
struct Htpasswd {
  std::filesystem::path file;
  size_t limit = size_t{1} << 20;  // bytes of the file
};

/// A SELECT whose parameters are the fields. The one row it may find is the user, save its column `password`:
/// the hash that the field `password` must match.
struct Sql {
  std::string statement;
  store::Options database;
};

/// The fields are POSTed there as JSON. 200 with a user object accepts, 401 and 403 refuse.
struct Url {
  std::string url;
};

/// A program, by its path, and its arguments. The fields come as JSON on its standard input; exit code 0 with
/// a user object on its standard output accepts, 1 refuses.
struct Command {
  std::vector<std::string> command;
  std::chrono::milliseconds timeout{10000};
};

using Authorize = std::variant<Lua, Htpasswd, Sql, Url, Command>;

constexpr size_t user_limit = 65536;  // bytes of the user object that a URL or a program answers

// --- asking ---

/// It could not be found out, which must not look like a wrong password. what() is for the log and holds none
/// of the fields.
struct Unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// crypto::password_matches; a test counts.
using Matches = std::function<bool(std::string_view password, std::string_view hash)>;

/// What the hashes of a SELECT usually cost. Where it finds no row that much work is done in vain, else the
/// time would tell who has an account. Remembered in the database, as a CGI program has no other memory.
class UsualHash {
 public:
  /// `database`: null pointer if there is none.
  explicit UsualHash(store::Pool* database) : database_(database) {}

  /// The setting of the last hash that was seen there; of bcrypt as usual where none was.
  std::string setting(const Sql&);
  void seen(const Sql&, std::string_view hash);

 private:
  std::string last(const std::string& name);

  store::Pool* database_;
  std::mutex mutex_;
  std::map<std::string, std::string> last_;  // by the name in the database; "" for none
};

/// What the kinds work with; lent.
struct Parts {
  http::Client& client;
  hooks::Hooks& hooks;
  const base::Log& log;
  UsualHash& usual;
  Matches matches = crypto::password_matches;
};

/// The user object that these fields are of; none refuses. Throws Unavailable; StoreError where a database
/// fails; what the callbacks throw.
std::optional<base::Json> authorize(const Authorize&, const base::Json& fields, const Parts&);

}  // namespace credentials
