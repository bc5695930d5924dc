#pragma once
// Private to oauth/: what OAuth 1.0a and OAuth 2.0 have in common.
#include "oauth/oauth.hpp"

namespace oauth {

/// A flow of this provider and this browser, not yet to be found by anything.
model::Flow begin_flow(const Provider&, const std::string& csrf_token, base::Time now);

/// Adds what the signing-in page's query says, in place of parameters of the same names; of a name that comes
/// more than once each value, as in v3.
void pass_on(http::Pairs& parameters, const http::Pairs& query);

/// Where it ends when this provider cannot be reached or does not answer in time and size: Callback as in v3;
/// with a provider used by discovery, which v3 does not know, OAuthCallback like all that is wrong with such
/// a one.
Code no_answer(const Provider&);

/// The members of an answer that is a form, each once: which of two tokens counts would be anybody's guess.
/// Throws AuthError(Callback), whose text begins with `what`.
base::Json read_token_form(const http::Answer&, const std::string& what);

/// The text without them, in both spellings that URLs have: some providers repeat in their errors what was
/// sent to them, and some have the access token in an address.
std::string without_secrets(std::string text, const std::vector<std::string>& secrets);

/// The profile in this answer. Throws UnreadableProfile if it is no JSON object, or one with a member twice.
base::Json read_profile(const http::Answer&);

/// Fills in `user` and `account_id` out of the profile. `account`: as callbacks see it, as yet without id;
/// its tokens are what v3 gives `profile`. Throws UnreadableProfile if the mapping fails, AuthError(Callback)
/// if there is no id.
void name_user(Identity&, const Provider&, const providers::Values&, const base::Json& account,
               const OwnProfile&);

}  // namespace oauth
