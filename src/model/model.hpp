#pragma once
// The things people sign in with, as NextAuth.js v3 names them.
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"

namespace model {

using base::Time;

/// Where the site is: "https://example.com" and "/api/auth".
struct Site {
  std::string base_url;
  std::string base_path;

  std::string root() const { return base_url + base_path; }
};

struct User {
  std::string id;  // "" until it is stored
  std::optional<std::string> name, email, image;
  std::optional<Time> email_verified;
  std::optional<Time> created_at, updated_at;
};

/// A way of one user to sign in: an account at a provider.
struct Account {
  std::string provider_id;
  std::string provider_type;  // oauth, email, credentials
  std::string provider_account_id;
  std::optional<std::string> refresh_token, access_token;
  std::optional<Time> access_token_expires;
  std::string user_id;
};

struct Session {
  std::string token;  // what the cookie holds; a row keeps only its hash
  std::string user_id;
  std::string access_token;
  Time expires;
};

struct VerificationRequest {
  std::string identifier;  // the address
  std::string token_hash;  // hex SHA-256 of token + secret
  Time expires;
};

/// A sign-in under way: a row of oauth_states. Found by `key_hash`, once.
struct Flow {
  std::string
      key_hash;  // hex SHA-256 of the state, or of browser and provider where the provider takes no state
  std::string provider_id;
  std::string browser;                                     // hex SHA-256 of the browser's CSRF token
  std::string code_verifier, nonce, request_token_secret;  // "" where there is none
  std::string callback_url;
  Time expires;
};

/// v3 hands ids on as its database has them: numbers.
base::Json id_json(const std::string& id);
/// The user as callbacks see it: {id, name, email, image, emailVerified, createdAt, updatedAt}.
base::Json to_json(const User&);

}  // namespace model
