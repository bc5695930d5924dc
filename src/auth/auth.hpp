#pragma once
// What signing in means: CSRF, callback URLs, sessions, accounts. Knows no HTTP messages.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "crypto/crypto.hpp"
#include "hooks/hooks.hpp"
#include "model/error.hpp"
#include "model/model.hpp"
#include "store/store.hpp"

namespace auth {

using base::Seconds;
using model::AuthError;
using model::Code;

// --- CSRF: the double submit cookie, TOKEN|HASH ---

/// The token of this cookie; none if it was not made with this secret.
std::optional<std::string> csrf_token(std::string cookie, const base::Secret& secret);
/// 32 random bytes in hex.
std::string new_csrf_token(crypto::Random&);
/// TOKEN|HASH, HASH = hex SHA-256 of token and secret.
std::string csrf_cookie(const std::string& token, const base::Secret& secret);

// --- callback URL: where the visitor goes next ---

/// A path, or an http(s) URL, as a browser reads it. Anything else is answered with Configuration, as in v3.
bool is_callback_url(std::string_view url, const model::Site&);

// --- sessions ---

struct SessionOptions {
  bool jwt = false;
  Seconds max_age{30 * 24 * 60 * 60};
  Seconds update_age{24 * 60 * 60};
};

/// A row with new tokens of 32 random bytes each.
model::Session new_session(const std::string& user_id, const SessionOptions&, base::Time now,
                           crypto::Random&);
/// The session behind this cookie with its user, renewed if due; none if unknown or expired: then its row
/// goes.
std::optional<store::Found> find_session(store::Store&, const SessionOptions&, base::Time now,
                                         const std::string& cookie);

// --- JWT sessions: next-auth/jwt v3's tokens ---

struct JwtOptions {
  base::Secret secret;  // jwt.secret, or the secret
  Seconds max_age{30 * 24 * 60 * 60};
  bool encryption = false;
  base::Json signing_key;     // one's own JWK; null: derived from the secret
  base::Json encryption_key;  // the same
};

/// The options with their keys, which are costly to make.
struct Jwt {
  /// Throws ConfigError if a key is of no use.
  explicit Jwt(const JwtOptions&);

  Seconds max_age;
  crypto::Key signing_key;
  std::string alg;
  std::optional<crypto::Key> encryption_key;  // none: tokens are only signed
};

/// Signs, and encrypts if that is chosen; sets `iat` and `exp`. Throws ConfigError if a key is of no use.
std::string encode_jwt(base::Json token, const Jwt&, base::Time now, crypto::Random&);
/// What a token says, and the JSON text that says it.
struct Claims {
  base::Json json;
  std::string text;
};
/// The claims; none if it is not ours, expired, or older than max_age (`iat` is required).
std::optional<Claims> read_jwt(const std::string& token, const Jwt&, base::Time now);
std::optional<base::Json> decode_jwt(const std::string& token, const Jwt&, base::Time now);
/// A token that says the same from now on, as encode_jwt() would make it. Throws as that does.
std::string renew_jwt(Claims, const Jwt&, base::Time now, crypto::Random&);
/// Whether it is ours and `iat` lies ahead: the clock has gone back, and it will be good again.
bool is_from_the_future(const std::string& token, const Jwt&, base::Time now);
/// For values that live in a cookie for the time of a sign-in: always encrypted, with a key that `purpose` is
/// part of, so that no session and no other purpose's cookie passes for one.
std::string seal(const base::Json& value, std::string_view purpose, Seconds max_age,
                 const base::Secret& secret, base::Time now, crypto::Random&);
std::optional<base::Json> unseal(const std::string& sealed, std::string_view purpose,
                                 const base::Secret& secret, base::Time now);

// --- abuse ---

/// So many attempts within so long; count 0 is no limit.
struct Rate {
  unsigned count = 0;
  Seconds window{0};
};

struct RateLimits {
  Rate address{30, Seconds{600}};    // sign-in attempts from one client address
  Rate account{10, Seconds{600}};    // passwords tried on one account
  Rate recipient{5, Seconds{3600}};  // mails to one address
};

/// Too many attempts; retry_after is when the next may be made.
struct TooMany : std::runtime_error {
  TooMany(std::string_view kind, Seconds wait)
      : std::runtime_error("too many attempts for one " + std::string(kind)), retry_after(wait) {}
  Seconds retry_after;
};

/// Counts an attempt of `whom` ("address", "account" or "recipient" is the kind). Throws TooMany.
void count_attempt(store::Store&, const Rate&, std::string_view kind, std::string_view whom);

// --- links in mails ---

/// The token of a new link, 32 random bytes in hex; the row keeps hex SHA-256 of it and the secret, as v3's
/// does.
std::string new_verification_request(store::Store&, const std::string& identifier, Seconds max_age,
                                     const base::Secret&, base::Time now, crypto::Random&);
/// Whether the link would be accepted now. Uses nothing up.
bool is_verification_request(store::Store&, const std::string& identifier, const std::string& token,
                             const base::Secret&, base::Time now);
/// Uses the link up: true for one caller, even when several ask at once; false if it is unknown or expired.
bool use_verification_request(store::Store&, const std::string& identifier, const std::string& token,
                              const base::Secret&, base::Time now);

// --- guarding other parts of the site ---

/// Whom a part of the site lets in.
struct Admission {
  enum class Whom : char { everybody, signed_in, listed, asked };  // asked: a function of the owner's
  Whom whom = Whom::signed_in;
  // Of `listed`: an address of the first two, where they name any, and an account of the third, where it
  // does.
  std::vector<std::string> emails{}, domains{};  // in small letters
  std::vector<std::string> providers{};          // their ids
};

/// "/members": that path and all below it; "/" is the whole site.
struct Protected {
  std::string path;
  Admission allow;
};

/// Who wants to come in; "" for what is not known.
struct Person {
  std::string id, name, email;
  std::vector<std::string> providers;  // that there is an account of
};

/// The one with the longest path that this one lies below; null pointer if there is none.
const Protected* find_protected(const std::vector<Protected>&, std::string_view path);
/// Whether the lists have this person.
bool is_listed(const Admission&, const Person&);

// --- signing in ---

struct Event {
  std::string name;
  base::Json message;
};

/// Who is signed in now, if anybody.
struct Visitor {
  std::optional<model::User> user;
  std::string session_token;  // of a database session; "" for a JWT
};

/// How a sign-in ended.
struct SignedIn {
  base::Json user;
  std::optional<model::Session> session;  // none with JWT sessions
  bool is_new_user = false;
  bool is_stored = true;      // false: nothing is, and so nobody knows who is new
  std::vector<Event> events;  // to be sent when all is stored
};

/// What a sign-in is made with.
struct SignInParts {
  const SessionOptions& session;
  base::Time now;
  crypto::Random& random;
};

/// v3's rules for accounts at providers: a known account signs in; somebody signed in links a new account; an
/// account of another user, or a new one whose address belongs to somebody, is
/// AuthError(OAuthAccountNotLinked): a provider that does not verify addresses could else take over any user.
/// One transaction.
SignedIn sign_in_account(store::Store&, const SignInParts&, const Visitor&, const base::Json& profile,
                         const model::Account&, const base::Json& account_json);

/// v3's rules for links in mails: whoever has the address signs in as its user, who is verified from then on,
/// and made where there is none; a session that the browser had before ends where the user was known. One
/// transaction. AuthError(EmailCreateAccount) if the user cannot be made.
SignedIn sign_in_email(store::Store&, const SignInParts&, const Visitor&, const std::string& address);

/// Without a database: the profile is the user.
SignedIn sign_in_profile(const base::Json& profile);

}  // namespace auth
