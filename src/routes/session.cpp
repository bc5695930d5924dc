#include "routes/context.hpp"

namespace routes {
namespace {

base::Json or_null(const base::Json& claims, std::string_view name) {
  const base::Json* value = claims.find(name);
  return value && !value->is_falsy() ? *value : base::Json();
}

base::Json from_token(Context& context, const std::string& cookie) {
  const base::Time now = context.now();
  const auth::Jwt& jwt = context.services.jwt();
  const auto claims = auth::decode_jwt(cookie, jwt, now);
  if (!claims) {
    context.services.log.info("jwt_session_error", {{"reason", "the token is not ours, or expired"}});
    context.clear_session_cookie();
    return base::Json::object();
  }
  const base::Time expires = now + context.options.session.max_age;
  const base::Json user = base::Json::object({{"name", or_null(*claims, "name")},
                                              {"email", or_null(*claims, "email")},
                                              {"image", or_null(*claims, "picture")}});
  const base::Json token = context.services.hooks.jwt(*claims);
  base::Json session = context.services.hooks.session(
      base::Json::object({{"user", user}, {"expires", base::iso8601(expires)}}), token);
  context.set_session_cookie(auth::encode_jwt(token, jwt, now, context.services.random), expires);
  send_events(context, {{"session", base::Json::object({{"session", session}, {"jwt", token}})}});
  return session;
}

base::Json from_database(Context& context, const std::string& cookie) {
  const auto found = auth::find_session(context.store(), context.options.session, context.now(), cookie);
  if (!found) {
    context.clear_session_cookie();
    return base::Json::object();
  }
  const base::Json user = base::Json::object(
      {{"name", found->user.name}, {"email", found->user.email}, {"image", found->user.image}});
  base::Json session =
      context.services.hooks.session(base::Json::object({{"user", user},
                                                         {"accessToken", found->session.access_token},
                                                         {"expires", base::iso8601(found->session.expires)}}),
                                     model::to_json(found->user));
  context.set_session_cookie(cookie, found->session.expires);
  send_events(context, {{"session", base::Json::object({{"session", session}})}});
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

http::Response session_json(Context& context) {
  const std::string cookie = context.session_cookie();
  return context.json(cookie.empty() ? base::Json::object() : find_session(context, cookie));
}

}  // namespace routes
