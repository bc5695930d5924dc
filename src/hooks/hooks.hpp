#pragma once
// Where a site's owner has a say: v3's callbacks and events, with v3's defaults.
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/log.hpp"
#include "http/client.hpp"

namespace hooks {

/// A callback threw an error: v3 shows its message on the error page.
struct Thrown : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// A callback rejected with a URL: v3 redirects there.
struct Rejected : std::runtime_error {
  explicit Rejected(std::string to) : std::runtime_error("rejected with a URL"), url(std::move(to)) {}
  std::string url;
};

/// What the signIn callback says.
struct SignInAnswer {
  bool allowed = true;
  std::string redirect;  // where it returned a string
};

class Hooks {
 public:
  virtual ~Hooks() = default;
  /// Whether all of them are the defaults: nobody looks at what the session and jwt callbacks or an event
  /// would be given, so it need not be made.
  virtual bool are_defaults() const { return true; }
  // Callbacks. Each throws Thrown or Rejected as the owner's code does.
  virtual SignInAnswer sign_in(const base::Json& user, const base::Json& account, const base::Json& profile);
  /// A path becomes absolute, a URL of the same origin stays, else the base URL. Throws Thrown for what is no
  /// URL.
  virtual std::string redirect(const std::string& url, const std::string& base_url);
  virtual base::Json session(base::Json session, const base::Json& user_or_token);
  virtual base::Json jwt(base::Json token, const base::Json& user, const base::Json& account,
                         const base::Json& profile, std::optional<bool> is_new_user);
  /// `jwt` with the token alone, as /session calls it.
  virtual base::Json jwt(base::Json token);

  /// The user that these credentials are of, for providers whose `authorize` is "lua"; null refuses.
  virtual base::Json authorize(const base::Json& credentials);
  /// Whether this user may come to this path, where `protect` says "lua".
  virtual bool protect(const base::Json& user, const std::string& path);
  /// The user made out of a provider's profile by a function of the owner's; none if there is none for this
  /// provider.
  virtual std::optional<base::Json> profile(const std::string& provider_id, const base::Json& profile,
                                            const base::Json& tokens);

  /// Events: signIn, signOut, createUser, updateUser, linkAccount, session, error. What they throw is logged,
  /// no more.
  virtual void event(std::string_view name, const base::Json& message);
};

// --- callbacks.lua ---

/// How much one call of a callback may use. Beyond a limit it fails, and nobody is signed in.
struct LuaLimits {
  long long steps = 10'000'000;           // instructions of Lua, and steps of pattern matching
  size_t memory = size_t{16} << 20;       // bytes of one Lua; there are as many as threads that work at once
  std::chrono::milliseconds time{10000};  // in all; an HTTP request or a query that is under way then may end
  size_t source = size_t{1} << 20;        // bytes of one file
  size_t message = 300;                   // bytes of what a callback throws, for the error page
  size_t url = 4096;                      // bytes of where a callback sends the visitor
  size_t log_lines = 100;
  size_t requests = 10;  // by HTTP
};

struct LuaOptions {
  std::filesystem::path folder;   // the configuration's: files are read from there only
  std::string file;               // relative to it, or absolute
  bool changes_database = false;  // whether db.query may do more than read
  LuaLimits limits{};
};

/// What callbacks work with. All of it is lent, and may be used by many threads at once.
struct LuaServices {
  http::Client* client = nullptr;  // null pointer: there is no http
  /// The rows, as a list of objects, of a statement with these parameters; empty: there is no db.
  std::function<base::Json(const std::string& sql, const base::Json& parameters)> query{};
  const base::Log* log = nullptr;  // null pointer: there is no log
};

struct LuaProblem {
  std::filesystem::path file;
  size_t line = 0;  // 0 where there is none
  std::string message;

  /// "callbacks.lua:12: message"
  std::string text() const;
};

/// The functions of the callbacks file, v3's defaults for those that it does not have. Each thread that works
/// at once has a Lua of its own, made when the first callback is called: then, and not here,
/// model::ConfigError is thrown if the file is of no use.
std::unique_ptr<Hooks> make_lua_hooks(LuaOptions, LuaServices);

/// What is wrong with the file; nothing if it can be used. It is run, without http and db.
std::vector<LuaProblem> check_lua(const LuaOptions&);

}  // namespace hooks
