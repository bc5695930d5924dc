#include <array>

#include "routes/context.hpp"

namespace routes {
namespace {

/// v3 shows these on the sign-in page; compared exactly.
bool is_signin_code(std::string_view code) {
  using model::Code;
  constexpr std::array codes{Code::Signin,
                             Code::OAuthSignin,
                             Code::OAuthCallback,
                             Code::OAuthCreateAccount,
                             Code::EmailCreateAccount,
                             Code::Callback,
                             Code::OAuthAccountNotLinked,
                             Code::EmailSignin,
                             Code::CredentialsSignin};
  for (const Code known : codes)
    if (code == model::name(known)) return true;
  return false;
}

}  // namespace

http::Response error_get(Context& context) {
  const std::string code = http::first(context.query, "error").value_or(context.target.argument);
  const std::string& own = context.options.pages.error;
  if (!own.empty()) return context.redirect(code.empty() ? own : http::with_query(own, {{"error", code}}));
  if (is_signin_code(code))
    return context.redirect(http::with_query(context.url("signin"), {{"error", code}}));
  return error_page(context, code);
}

}  // namespace routes
