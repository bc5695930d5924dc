#include "base/text.hpp"
#include "routes/context.hpp"

namespace routes {
namespace {

base::Json member(const base::Json& user, std::string_view name) {
  const base::Json* value = user.find(name);
  return value ? *value : base::Json();
}

/// v3's payload: name, email, picture, and sub as text.
base::Json default_token(const base::Json& user) {
  base::Json token = base::Json::object();
  for (const auto& [claim, source] :
       {std::pair{"name", "name"}, std::pair{"email", "email"}, std::pair{"picture", "image"}})
    if (user.find(source)) token.set(claim, member(user, source));
  const base::Json id = member(user, "id");
  if (id.is_string()) token.set("sub", id);
  if (id.is_number()) token.set("sub", base::number_text(id));
  return token;
}

/// v3's event signIn. Where nobody keeps users, it does not say whether this one is new.
base::Json event_message(const Context& context, const auth::SignedIn& result, const base::Json& account) {
  base::Json message = base::Json::object({{"user", result.user}, {"account", account}});
  const bool is_password = context.provider->type == providers::Type::credentials;
  if (result.session || (context.has_store() && !is_password)) message.set("isNewUser", result.is_new_user);
  return message;
}

/// What the `jwt` callback throws is not for the visitor: v3 has one code for it.
base::Json new_token(Context& context, const auth::SignedIn& result, const base::Json& account,
                     const base::Json& profile) {
  try {
    return context.services.hooks.jwt(default_token(result.user), result.user, account, profile,
                                      result.is_new_user);
  } catch (const hooks::Thrown& thrown) {
    throw model::AuthError(model::Code::Callback, std::string("the jwt callback: ") + thrown.what());
  } catch (const hooks::Rejected& rejected) {
    throw model::AuthError(model::Code::Callback, std::string("the jwt callback: ") + rejected.what());
  }
}

void set_session(Context& context, const auth::SignedIn& result, const base::Json& account,
                 const base::Json& profile) {
  if (result.session) {
    context.set_session_cookie(result.session->token, result.session->expires);
    return;
  }
  const base::Json token = new_token(context, result, account, profile);
  context.set_session_cookie(
      auth::encode_jwt(token, context.services.jwt(), context.now(), context.services.random),
      context.now() + context.options.session.max_age);
}

}  // namespace

std::optional<model::User> token_user(Context& context, const base::Json& claims) {
  const auto id = claims.text_of("sub");
  auto user = id ? context.store().user(*id) : std::nullopt;
  if (context.options.authorize.empty() || !user) return user;
  if (!user->email || claims.text_of("email") != user->email) return {};
  return user;
}

auth::Visitor visitor(Context& context) {
  auth::Visitor visitor;
  const std::string cookie = context.session_cookie();
  if (cookie.empty()) return visitor;
  if (context.options.session.jwt) {
    const auto claims = auth::decode_jwt(cookie, context.services.jwt(), context.now());
    if (claims) visitor.user = token_user(context, *claims);
    return visitor;
  }
  if (auto found = auth::find_session(context.store(), context.options.session, context.now(), cookie)) {
    visitor.user = std::move(found->user);
    visitor.session_token = cookie;
  }
  return visitor;
}

void send_events(Context& context, const std::vector<auth::Event>& events) {
  for (const auth::Event& event : events) {
    try {
      context.services.hooks.event(event.name, event.message);
    } catch (const std::runtime_error& error) {
      // v3 too lets no event stop a sign-in.
      context.services.log.error("event_error", {{"event", event.name}, {"reason", error.what()}});
    }
  }
}

http::Response signed_in(Context& context, const auth::SignedIn& result, const base::Json& account,
                         const base::Json& profile) {
  // As in v3 before the jwt callback: what is stored has happened, whatever that says.
  send_events(context, result.events);
  set_session(context, result, account, profile);
  send_events(context, {{"signIn", event_message(context, result, account)}});
  context.services.log.info("signed_in", {{"provider", context.provider->id}});
  const std::string& page = context.options.pages.new_user;
  if (result.is_new_user && !page.empty())
    return context.redirect(http::with_query(page, {{"callbackUrl", context.callback_url}}));
  return context.redirect(context.callback_url.empty() ? context.options.site.base_url
                                                       : context.callback_url);
}

}  // namespace routes
