#include "routes/context.hpp"

namespace routes {
namespace {

/// The session as v3's event has it, null if there was none; its row goes.
base::Json end_database_session(Context& context, const std::string& cookie) {
  const auto found = context.store().session(cookie);
  context.store().delete_session(cookie);
  if (!found || found->session.expires < context.now()) return {};
  return base::Json::object({{"userId", model::id_json(found->session.user_id)},
                             {"expires", base::iso8601(found->session.expires)},
                             {"sessionToken", cookie},
                             {"accessToken", found->session.access_token}});
}

/// Whom the event is about; none if there is no event.
std::optional<base::Json> end_session(Context& context) {
  const std::string cookie = context.session_cookie();
  // v3 tells of nobody where there is no cookie, but says nothing of a token that is not ours.
  if (cookie.empty()) return base::Json();
  if (!context.options.session.jwt) return end_database_session(context, cookie);
  return auth::decode_jwt(cookie, context.services.jwt(), context.now());
}

}  // namespace

http::Response signout_get(Context& context) {
  const std::string& own = context.options.pages.sign_out;
  return own.empty() ? signout_page(context) : context.redirect(own);
}

http::Response signout_post(Context& context) {
  if (const auto ended = end_session(context)) send_events(context, {{"signOut", *ended}});
  context.clear_session_cookie();
  return context.redirect(context.callback_url);
}

}  // namespace routes
