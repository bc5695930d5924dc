#include "routes/context.hpp"

namespace routes {
namespace {

/// The session as v3's event has it; its row goes.
base::Json end_database_session(Context& context, const std::string& cookie) {
  const auto found = context.store().session(cookie);
  context.store().delete_session(cookie);
  if (!found) return {};
  return base::Json::object({{"userId", found->session.user_id},
                             {"expires", base::iso8601(found->session.expires)},
                             {"accessToken", found->session.access_token}});
}

}  // namespace

http::Response signout_get(Context& context) {
  const std::string& own = context.options.pages.sign_out;
  return own.empty() ? signout_page(context) : context.redirect(own);
}

http::Response signout_post(Context& context) {
  const std::string cookie = context.session_cookie();
  if (!cookie.empty()) {
    const base::Json ended = context.options.session.jwt
                                 ? base::Json(auth::decode_jwt(cookie, context.services.jwt(), context.now()))
                                 : end_database_session(context, cookie);
    send_events(context, {{"signOut", ended}});
  }
  context.clear_session_cookie();
  return context.redirect(context.callback_url);
}

}  // namespace routes
