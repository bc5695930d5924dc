#include "routes/context.hpp"

namespace routes {
namespace {

std::string_view type_name(providers::Type type) {
  switch (type) {
    case providers::Type::email:
      return "email";
    case providers::Type::credentials:
      return "credentials";
    case providers::Type::oauth:
      break;
  }
  return "oauth";
}

}  // namespace

http::Response providers_json(Context& context) {
  base::Json all = base::Json::object();
  for (const providers::Provider& provider : context.services.providers)
    all.set(provider.id, base::Json::object({{"id", provider.id},
                                             {"name", provider.name},
                                             {"type", type_name(provider.type)},
                                             {"signinUrl", context.url("signin", provider.id)},
                                             {"callbackUrl", context.url("callback", provider.id)}}));
  return context.json(all);
}

}  // namespace routes
