#include "routes/context.hpp"

namespace routes {
namespace {

base::Json or_null(const base::Json& claims, std::string_view name) {
  const base::Json* value = claims.find(name);
  return value && !value->is_falsy() ? *value : base::Json();
}

/// What the owner's callbacks make of token and session.
void ask_hooks(Context& context, base::Json& token, base::Json& session) {
  if (context.services.hooks.are_defaults()) return;
  token = context.services.hooks.jwt(std::move(token));
  session = context.services.hooks.session(std::move(session), token);
}

base::Json from_token(Context& context, const std::string& cookie) {
  const base::Time now = context.now();
  const auth::Jwt& jwt = context.services.jwt();
  auto token = auth::decode_jwt(cookie, jwt, now);
  if (!token) {
    context.services.log.info("jwt_session_error", {{"reason", "the token is not ours, or expired"}});
    // A clock that has gone back, and will go on, is no reason to forget everybody.
    if (!auth::is_from_the_future(cookie, jwt, now)) context.clear_session_cookie();
    return base::Json::object();
  }
  const base::Time expires = now + context.options.session.max_age;
  base::Json session = token_session(*token, expires);
  ask_hooks(context, *token, session);
  const bool is_heard = !context.services.hooks.are_defaults();
  const base::Json message =
      is_heard ? base::Json::object({{"session", session}, {"jwt", *token}}) : base::Json();
  context.set_session_cookie(auth::encode_jwt(std::move(*token), jwt, now, context.services.random), expires);
  if (is_heard) send_events(context, {{"session", message}});
  return session;
}

base::Json from_database(Context& context, const std::string& cookie) {
  auto found = auth::find_session(context.store(), context.options.session, context.now(), cookie);
  if (!found) {
    context.clear_session_cookie();
    return base::Json::object();
  }
  hooks::Hooks& hooks = context.services.hooks;
  const base::Json user = hooks.are_defaults() ? base::Json() : model::to_json(found->user);
  const base::Time expires = found->session.expires;
  base::Json session = row_session(std::move(*found));
  if (!hooks.are_defaults()) session = hooks.session(std::move(session), user);
  context.set_session_cookie(cookie, expires);
  if (!hooks.are_defaults()) send_events(context, {{"session", base::Json::object({{"session", session}})}});
  return session;
}

/// A callback that throws ends a JWT session, as in v3; a database session is only not shown.
base::Json without_session(Context& context, const char* why) {
  const bool jwt = context.options.session.jwt;
  context.services.log.error(jwt ? "jwt_session_error" : "session_error", {{"reason", why}});
  if (jwt) context.clear_session_cookie();
  return base::Json::object();
}

base::Json find_session(Context& context, const std::string& cookie) {
  try {
    return context.options.session.jwt ? from_token(context, cookie) : from_database(context, cookie);
  } catch (const hooks::Thrown& thrown) {
    return without_session(context, thrown.what());
  } catch (const hooks::Rejected& rejected) {
    return without_session(context, rejected.what());
  } catch (const model::AuthError& error) {
    return without_session(context, error.what());  // the token has grown too large
  }
}

}  // namespace

base::Json token_session(const base::Json& token, base::Time expires) {
  return base::Json::object({{"user", base::Json::object({{"name", or_null(token, "name")},
                                                          {"email", or_null(token, "email")},
                                                          {"image", or_null(token, "picture")}})},
                             {"expires", base::iso8601(expires)}});
}

base::Json row_session(store::Found found) {
  return base::Json::object({{"user", base::Json::object({{"name", std::move(found.user.name)},
                                                          {"email", std::move(found.user.email)},
                                                          {"image", std::move(found.user.image)}})},
                             {"accessToken", std::move(found.session.access_token)},
                             {"expires", base::iso8601(found.session.expires)}});
}

http::Response session_json(Context& context) {
  const std::string cookie = context.session_cookie();
  return context.json(cookie.empty() ? base::Json::object() : find_session(context, cookie));
}

}  // namespace routes
