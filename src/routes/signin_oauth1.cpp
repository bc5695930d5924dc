#include "routes/context.hpp"

namespace routes {

/// POST /signin/:provider of OAuth 1.0a: on to the provider, with the flow kept for the callback.
http::Response signin_oauth1(Context& context) {
  const Services& lent = context.services;
  oauth::AuthorizationRequest request =
      oauth::oauth1_authorization_request({lent.client, lent.random, lent.clock}, *context.provider,
                                          redirect_uri(context), context.csrf_token, context.query);
  return to_provider(context, std::move(request));
}

}  // namespace routes
