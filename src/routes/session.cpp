#include "routes/context.hpp"

namespace routes {
namespace {

constexpr std::string_view nobody = "{}";

const base::Json null;

const base::Json& or_null(const base::Json& claims, std::string_view name) {
  const base::Json* value = claims.find(name);
  return value && !value->is_falsy() ? *value : null;
}

/// What token_session() and row_session() are as JSON, which is what most requests ask for: written at once,
/// as a tree of values would take longer to build than all the rest.
class SessionText {
 public:
  SessionText(const base::Json& name, const base::Json& email, const base::Json& image) {
    text_.reserve(320);
    put(R"({"user":{"name":)", name);
    put(R"(,"email":)", email);
    put(R"(,"image":)", image);
    text_ += '}';
  }
  SessionText& access_token(const base::Json& token) {
    put(R"(,"accessToken":)", token);
    return *this;
  }
  std::string until(base::Time expires) {
    text_ += R"(,"expires":")";
    base::append_iso8601(text_, expires);
    text_ += R"("})";
    return std::move(text_);
  }

 private:
  void put(std::string_view before, const base::Json& value) {
    text_ += before;
    base::append_json(text_, value);
  }

  std::string text_;
};

/// The session of a token as the owner's callbacks make it.
std::string heard_session(Context& context, base::Json token, base::Time now, base::Time expires) {
  hooks::Hooks& hooks = context.services.hooks;
  base::Json session = token_session(token, expires);
  token = hooks.jwt(std::move(token));
  session = hooks.session(std::move(session), token);
  const base::Json message = base::Json::object({{"session", session}, {"jwt", token}});
  context.set_session_cookie(
      auth::encode_jwt(std::move(token), context.services.jwt(), now, context.services.random), expires);
  send_events(context, {{"session", message}});
  return base::to_json(session);
}

std::string from_token(Context& context, const std::string& cookie) {
  const base::Time now = context.now();
  const auth::Jwt& jwt = context.services.jwt();
  auto claims = auth::read_jwt(cookie, jwt, now);
  if (!claims) {
    context.services.log.info("jwt_session_error", {{"reason", "the token is not ours, or expired"}});
    // A clock that has gone back, and will go on, is no reason to forget everybody.
    if (!auth::is_from_the_future(cookie, jwt, now)) context.clear_session_cookie();
    return std::string(nobody);
  }
  const base::Time expires = now + context.options.session.max_age;
  if (!context.services.hooks.are_defaults())
    return heard_session(context, std::move(claims->json), now, expires);
  const auto claim = [&](std::string_view name) -> const base::Json& { return or_null(claims->json, name); };
  std::string session = SessionText(claim("name"), claim("email"), claim("picture")).until(expires);
  context.set_session_cookie(auth::renew_jwt(std::move(*claims), jwt, now, context.services.random), expires);
  return session;
}

std::string row_text(store::Found found) {
  return SessionText(std::move(found.user.name), std::move(found.user.email), std::move(found.user.image))
      .access_token(std::move(found.session.access_token))
      .until(found.session.expires);
}

/// The same of a row.
std::string heard_session(Context& context, store::Found found) {
  const base::Json user = model::to_json(found.user);
  const base::Json session = context.services.hooks.session(row_session(std::move(found)), user);
  send_events(context, {{"session", base::Json::object({{"session", session}})}});
  return base::to_json(session);
}

std::string from_database(Context& context, const std::string& cookie) {
  auto found = auth::find_session(context.store(), context.options.session, context.now(), cookie);
  if (!found) {
    context.clear_session_cookie();
    return std::string(nobody);
  }
  const base::Time expires = found->session.expires;
  std::string session = context.services.hooks.are_defaults() ? row_text(std::move(*found))
                                                              : heard_session(context, std::move(*found));
  context.set_session_cookie(cookie, expires);
  return session;
}

/// A callback that throws ends a JWT session, as in v3; a database session is only not shown.
std::string without_session(Context& context, const char* why) {
  const bool jwt = context.options.session.jwt;
  context.services.log.error(jwt ? "jwt_session_error" : "session_error", {{"reason", why}});
  if (jwt) context.clear_session_cookie();
  return std::string(nobody);
}

std::string find_session(Context& context, const std::string& cookie) {
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
  return context.json_text(cookie.empty() ? std::string(nobody) : find_session(context, cookie));
}

}  // namespace routes
