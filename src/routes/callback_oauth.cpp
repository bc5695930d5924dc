#include "base/text.hpp"
#include "routes/context.hpp"

namespace routes {
namespace {

model::Flow flow_of(Context& context, const std::string& key) {
  auto flow = take_flow(context, key);
  if (!flow)
    throw model::AuthError(model::Code::OAuthCallback, "this sign-in was not begun here, or is over already");
  return std::move(*flow);
}

model::Account account_of(const oauth::Identity& who, const providers::Provider& provider) {
  model::Account account{.provider_id = provider.id,
                         .provider_type = "oauth",
                         .provider_account_id = who.account_id,
                         .refresh_token = {},
                         .access_token = {},
                         .access_token_expires = {},
                         .user_id = {}};
  if (!who.tokens.refresh_token.empty()) account.refresh_token = who.tokens.refresh_token;
  if (!who.tokens.access_token.empty()) account.access_token = who.tokens.access_token;
  return account;
}

/// v3 asks `signIn` with the user where the account is known, else with the profile.
base::Json user_or_profile(Context& context, const oauth::Identity& who) {
  if (!context.has_store()) return who.user;
  const auto known = context.store().user_by_account(context.provider->id, who.account_id);
  return known ? model::to_json(*known) : who.user;
}

/// With `debug`: which members came, never what they say.
std::string names(const base::Json& object) {
  std::vector<std::string> all;
  if (object.is_object())
    for (const auto& [name, value] : object.members()) all.push_back(name);
  return base::join(all, ",");
}

}  // namespace

oauth::OwnProfile own_profile(const Context& context) {
  return [&context](const base::Json& profile, const base::Json& tokens) {
    try {
      return context.services.hooks.profile(context.provider->id, profile, tokens);
    } catch (const hooks::Thrown& thrown) {
      throw oauth::UnreadableProfile(std::string("the function profile: ") + thrown.what());
    } catch (const hooks::Rejected& rejected) {
      throw oauth::UnreadableProfile(std::string("the function profile: ") + rejected.what());
    }
  };
}

http::Pairs answer_parameters(const Context& context) {
  if (context.request.method != http::Method::post) return context.query;
  http::Pairs all = context.query;
  for (const auto& [name, value] : context.body.members()) {
    if (value.is_string()) all.emplace_back(name, value.text());
    if (value.is_array())
      for (const base::Json& one : value.elements())
        if (one.is_string()) all.emplace_back(name, one.text());
  }
  return all;
}

http::Response looked() { return {}; }

http::Response callback_oauth(Context& context) {
  const providers::Provider& provider = *context.provider;
  const Services& lent = context.services;
  const oauth::CallbackAnswer answer = oauth::read_answer(answer_parameters(context));
  const std::string key = oauth::flow_key(provider, answer, context.csrf_token);
  if (context.request.method == http::Method::head) return looked();
  const model::Flow flow = flow_of(context, key);
  const oauth::Metadata metadata = oauth::metadata(provider, lent.documents);
  oauth::check_answer(provider, metadata, answer, flow, context.csrf_token, context.now());
  const oauth::Identity who =
      oauth::identify({lent.client, lent.random, lent.clock}, lent.documents, provider, metadata, answer,
                      flow, redirect_uri(context), own_profile(context));
  return identified(context, who, flow.callback_url);
}

http::Response identified(Context& context, const oauth::Identity& who, const std::string& callback_url) {
  const Services& lent = context.services;
  context.callback_url = callback_url;
  if (lent.log.debugging()) {
    const std::string& id = context.provider->id;
    lent.log.debug("oauth_token_response", {{"provider", id}, {"members", names(who.tokens.raw)}});
    lent.log.debug("profile_data", {{"provider", id}, {"members", names(who.profile)}});
    lent.log.debug("oauth_callback_response", {{"provider", id}, {"members", names(who.user)}});
  }
  const hooks::SignInAnswer allowed =
      lent.hooks.sign_in(user_or_profile(context, who), who.account, who.profile);
  if (!allowed.redirect.empty()) return context.redirect(allowed.redirect);
  if (!allowed.allowed) throw model::AuthError(model::Code::AccessDenied, "the signIn callback says no");
  if (!context.has_store())
    return signed_in(context, auth::sign_in_profile(who.user), who.account, who.profile);
  const auth::SignInParts parts{lent.options.session, context.now(), lent.random};
  return signed_in(context,
                   auth::sign_in_account(context.store(), parts, visitor(context), who.user,
                                         account_of(who, *context.provider), who.account),
                   who.account, who.profile);
}

}  // namespace routes
