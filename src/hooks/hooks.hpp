#pragma once
// Where a site's owner has a say: v3's callbacks and events, with v3's defaults.
#include <optional>
#include <stdexcept>
#include <string>

#include "base/json.hpp"

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
  // Callbacks. Each throws Thrown or Rejected as the owner's code does.
  virtual SignInAnswer sign_in(const base::Json& user, const base::Json& account, const base::Json& profile);
  /// A path becomes absolute, a URL of the same origin stays, else the base URL. Throws Thrown for what is no
  /// URL.
  virtual std::string redirect(const std::string& url, const std::string& base_url);
  virtual base::Json session(base::Json session, const base::Json& user_or_token);
  virtual base::Json jwt(base::Json token, const base::Json& user, const base::Json& account,
                         const base::Json& profile, bool is_new_user);
  /// `jwt` with the token alone, as /session calls it.
  virtual base::Json jwt(base::Json token);

  /// The user that these credentials are of, for providers whose `authorize` is "lua"; null refuses.
  virtual base::Json authorize(const base::Json& credentials);
  /// The user made out of a provider's profile by a function of the owner's; none if there is none for this
  /// provider.
  virtual std::optional<base::Json> profile(const std::string& provider_id, const base::Json& profile,
                                            const base::Json& tokens);

  /// Events: signIn, signOut, createUser, updateUser, linkAccount, session, error. What they throw is logged,
  /// no more.
  virtual void event(std::string_view name, const base::Json& message);
};

}  // namespace hooks
