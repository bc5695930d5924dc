#include "routes/context.hpp"

namespace routes {

http::Response csrf_json(Context& context) {
  return context.json(base::Json::object({{"csrfToken", context.csrf_token}}));
}

}  // namespace routes
