#include "routes/context.hpp"

namespace routes {

void count_address(Context& context) {
  if (!context.has_store() || context.options.rate_limits.address.count == 0) return;
  const std::string client = http::client_address(
      context.request.remote_address, context.request.forwarded_for, context.options.trusted_proxies);
  auth::count_attempt(context.store(), context.options.rate_limits.address, "address",
                      http::address_group(client));
}

}  // namespace routes
