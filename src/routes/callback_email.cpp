#include <algorithm>

#include "routes/context.hpp"

namespace routes {
namespace {

struct Link {
  std::string address, token;
};

/// The parameter; "" if it is not there, or more than once.
std::string only(const http::Pairs& query, std::string_view name) {
  const auto named = [&](const auto& pair) { return pair.first == name; };
  return std::count_if(query.begin(), query.end(), named) == 1 ? http::first(query, name).value_or("") : "";
}

/// As it came: v3 too compares the address of a link exactly.
Link link_of(const Context& context) {
  if (context.request.method == http::Method::post) return {context.field("email"), context.field("token")};
  return {only(context.query, "email"), only(context.query, "token")};
}

http::Response sign_in(Context& context, const std::string& address) {
  const auto known = context.store().user_by_email(address);
  const base::Json email = base::Json::object({{"email", address}});
  const base::Json profile = known ? model::to_json(*known) : email;
  const base::Json account = email_account(context, address);
  const hooks::SignInAnswer allowed = context.services.hooks.sign_in(profile, account, email);
  if (!allowed.redirect.empty()) return context.redirect(allowed.redirect);
  if (!allowed.allowed) throw model::AuthError(model::Code::AccessDenied, "the signIn callback says no");
  const auth::SignInParts parts{context.options.session, context.now(), context.services.random};
  return signed_in(context, auth::sign_in_email(context.store(), parts, visitor(context), address), account,
                   profile);
}

}  // namespace

/// The link in a mail. With `confirm`, looking at it shows a button and no more: scanners of mails look at
/// links too.
http::Response callback_email(Context& context) {
  const EmailOptions& options = email_options(context);
  const Link link = link_of(context);
  const base::Secret& secret = context.services.secret();
  const http::Method method = context.request.method;
  const bool looks = method == http::Method::head || (method == http::Method::get && options.confirm);
  const bool valid =
      looks
          ? auth::is_verification_request(context.store(), link.address, link.token, secret, context.now())
          : auth::use_verification_request(context.store(), link.address, link.token, secret, context.now());
  if (!valid)
    throw model::AuthError(model::Code::Verification, "the link is unknown, expired, or has been used");
  return looks ? confirm_page(context, link.address, link.token) : sign_in(context, link.address);
}

}  // namespace routes
