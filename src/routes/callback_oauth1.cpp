#include "routes/context.hpp"

namespace routes {

/// /callback/:provider of OAuth 1.0a.
http::Response callback_oauth1(Context& context) {
  const providers::Provider& provider = *context.provider;
  const Services& lent = context.services;
  const oauth::Oauth1Answer answer = oauth::read_oauth1_answer(answer_parameters(context));
  if (context.request.method == http::Method::head) return looked();
  const model::Flow flow = oauth::check_oauth1_answer(
      provider, answer,
      take_flow(context, oauth::oauth1_flow_key(provider, answer.token, context.csrf_token)),
      context.csrf_token, context.now());
  const oauth::Identity who = oauth::oauth1_identify({lent.client, lent.random, lent.clock}, provider, answer,
                                                     flow, own_profile(context));
  return identified(context, who, flow.callback_url);
}

}  // namespace routes
