#include "auth/auth.hpp"

namespace auth {
namespace {

/// As NextAuth.js v3 makes it: links that it sent stay valid.
std::string hash(const std::string& token, const base::Secret& secret) {
  return crypto::sha256_hex(std::string(token).append(secret.reveal()));
}

}  // namespace

std::string new_verification_request(store::Store& store, const std::string& identifier, Seconds max_age,
                                     const base::Secret& secret, base::Time now, crypto::Random& random) {
  std::string token = crypto::random_hex(random, 32);
  store.save_verification_request(
      {.identifier = identifier, .token_hash = hash(token, secret), .expires = now + max_age});
  return token;
}

bool is_verification_request(store::Store& store, const std::string& identifier, const std::string& token,
                             const base::Secret& secret, base::Time now) {
  const auto found = store.verification_request(identifier, hash(token, secret));
  return found && now <= found->expires;
}

bool use_verification_request(store::Store& store, const std::string& identifier, const std::string& token,
                              const base::Secret& secret, base::Time now) {
  const bool valid = is_verification_request(store, identifier, token, secret, now);
  // An expired one goes too. Of several at once, one gets it.
  return store.take_verification_request(identifier, hash(token, secret)) && valid;
}

}  // namespace auth
