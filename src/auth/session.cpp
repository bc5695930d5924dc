#include "auth/auth.hpp"

namespace auth {
namespace {

/// v3's arithmetic: a row is renewed when it was written `updateAge` ago or longer.
bool is_due(const model::Session& session, const SessionOptions& options, base::Time now) {
  return now > session.expires - options.max_age + options.update_age;
}

}  // namespace

model::Session new_session(const std::string& user_id, const SessionOptions& options, base::Time now,
                           crypto::Random& random) {
  return {.token = crypto::random_hex(random, 32),
          .user_id = user_id,
          .access_token = crypto::random_hex(random, 32),
          .expires = now + options.max_age};
}

std::optional<store::Found> find_session(store::Store& store, const SessionOptions& options, base::Time now,
                                         const std::string& cookie) {
  auto found = store.session(cookie);
  if (!found) return {};
  if (found->session.expires < now) {
    store.delete_session(cookie);
    return {};
  }
  if (is_due(found->session, options, now)) {
    found->session.expires = now + options.max_age;
    store.renew_session(cookie, found->session.expires);
  }
  return found;
}

}  // namespace auth
