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

/// Every sign-in page of a site asks for this: written at once, without a tree of values first. No two
/// providers have one id.
http::Response providers_json(Context& context) {
  std::string text = "{";
  text.reserve(64 + 320 * context.services.providers.size());
  const auto put = [&text](std::string_view before, std::string_view value) {
    text += before;
    base::append_json_text(text, value);
  };
  for (const providers::Provider& provider : context.services.providers) {
    put(text.size() > 1 ? "," : "", provider.id);
    put(R"(:{"id":)", provider.id);
    put(R"(,"name":)", provider.name);
    put(R"(,"type":)", type_name(provider.type));
    put(R"(,"signinUrl":)", context.url("signin", provider.id));
    put(R"(,"callbackUrl":)", context.url("callback", provider.id));
    text += '}';
  }
  text += '}';
  return context.json_text(std::move(text));
}

}  // namespace routes
