#include "routes/context.hpp"

namespace routes {

http::Response verify_request_get(Context& context) {
  const std::string& own = context.options.pages.verify_request;
  return own.empty() ? verify_request_page(context) : context.redirect(own);
}

}  // namespace routes
