#include "routes/context.hpp"

namespace routes {
namespace {

/// The session as v3's event has it; its row goes.
base::Json end_database_session(Context& context, const std::string& cookie) {
  const auto found = context.store().session(cookie);
  context.store().delete_session(cookie);
  if (!found) return {};
  return base::Json::object({{"userId", model::id_json(found->session.user_id)},
                             {"expires", base::iso8601(found->session.expires)},
                             {"sessionToken", cookie},  // it is worth nothing any more
                             {"accessToken", found->session.access_token}});
}

/// As in v3 there is no event with a bad token, and one that says nothing where there is none, or no row.
void end_session(Context& context, const std::string& cookie) {
  const bool jwt = context.options.session.jwt;
  std::optional<base::Json> message;
  if (cookie.empty()) {
    if (jwt) message.emplace();
  } else if (jwt) {
    message = auth::decode_jwt(cookie, context.services.jwt(), context.now());
  } else {
    message = end_database_session(context, cookie);
  }
  if (message) send_events(context, {{"signOut", std::move(*message)}});
}

}  // namespace

http::Response signout_get(Context& context) {
  const std::string& own = context.options.pages.sign_out;
  return own.empty() ? signout_page(context) : context.redirect(own);
}

http::Response signout_post(Context& context) {
  end_session(context, context.session_cookie());
  context.clear_session_cookie();
  return context.redirect(context.callback_url);
}

}  // namespace routes
