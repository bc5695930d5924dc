#include "base/text.hpp"
#include "routes/context.hpp"

namespace routes {
namespace {

constexpr size_t code_limit = 64;       // bytes of a client's code
constexpr size_t message_limit = 1000;  // bytes of its message

base::Level level(const std::string& text) {
  if (text == "debug") return base::Level::debug;
  return text == "warn" ? base::Level::warn : base::Level::error;
}

}  // namespace

/// What next-auth/client reports. Anybody can send it: it is marked as the client's, bounded and escaped.
http::Response log_post(Context& context) {
  const std::string code = context.field("code");
  context.services.log.write(
      level(context.field("level")), "client_error",
      {{"client_code", std::string(base::cut(code.empty() ? "CLIENT_ERROR" : code, code_limit))},
       {"message", std::string(base::cut(context.field("message"), message_limit))}});
  return {};
}

}  // namespace routes
