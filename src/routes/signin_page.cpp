#include "routes/context.hpp"

namespace routes {

/// GET /signin: the built-in page, or on to one's own with callbackUrl and error (v3: the route's second part
/// too).
http::Response signin_get(Context& context) {
  if (auto elsewhere = after_guard(context)) return std::move(*elsewhere);
  const std::string& own = context.options.pages.sign_in;
  if (own.empty()) return signin_page(context);
  http::Pairs parameters{{"callbackUrl", context.callback_url}};
  const std::string error = http::first(context.query, "error").value_or(context.target.argument);
  if (!error.empty()) parameters.emplace_back("error", error);
  return context.redirect(http::with_query(own, parameters));
}

}  // namespace routes
