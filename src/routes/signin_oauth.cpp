#include "routes/context.hpp"

namespace routes {

std::string redirect_uri(const Context& context) { return context.url("callback/" + context.provider->id); }

/// POST /signin/:provider: on to the provider, with the flow kept for the callback.
http::Response signin_oauth(Context& context) {
  const oauth::Metadata metadata = oauth::metadata(*context.provider, context.services.documents);
  return to_provider(context, oauth::authorization_request(*context.provider, metadata, redirect_uri(context),
                                                           context.csrf_token, context.query,
                                                           context.services.random, context.now()));
}

http::Response to_provider(Context& context, oauth::AuthorizationRequest request) {
  request.flow.callback_url = context.callback_url;
  save_flow(context, request.flow);
  context.services.log.debug("get_authorization_url", {{"provider", context.provider->id}});
  return context.redirect(request.url);
}

}  // namespace routes
