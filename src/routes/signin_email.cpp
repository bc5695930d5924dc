#include "routes/context.hpp"
#include "routes/page.hpp"

namespace routes {
namespace {

/// v3 asks `signIn` before it sends anything; what that throws is written differently here.
hooks::SignInAnswer ask_owner(Context& context, const std::string& address) {
  const auto known = context.store().user_by_email(address);
  const base::Json email = base::Json::object({{"email", address}});
  try {
    return context.services.hooks.sign_in(
        known ? model::to_json(*known) : email, email_account(context, address),
        base::Json::object({{"email", address}, {"verificationRequest", true}}));
  } catch (const hooks::Thrown& thrown) {
    throw hooks::Thrown(std::string("Error: ") + thrown.what());
  }
}

std::string link(const Context& context, const std::string& address, const std::string& token) {
  return http::with_query(context.url("callback/" + http::encode(context.provider->id)),
                          {{"email", address}, {"token", token}});
}

/// In the visitor's language.
mail::Message letter(const Context& context, const mail::Mailbox& from, const std::string& address,
                     const std::string& url) {
  Page page(context.options.page, context.options.site, context.request.accept_language, "mailSubject",
            context.services.random);
  page.data.set("url", url);
  return {.from = from,
          .to = address,
          .subject = page.message("mailSubject"),
          .text = page.fill("mail.txt"),
          .html = page.fill("mail.html"),
          .language = page.data.text_of("lang").value_or("en")};
}

}  // namespace

const EmailOptions& email_options(const Context& context) {
  // v3 finds this out no earlier either; `check` reports it.
  if (!context.has_store())
    throw model::AuthError(model::Code::Configuration, "signing in by mail needs a database");
  return context.options.email.at(context.provider->id);
}

base::Json email_account(const Context& context, const std::string& address) {
  return base::Json::object(
      {{"id", context.provider->id}, {"type", "email"}, {"providerAccountId", address}});
}

/// POST /signin/:provider: sends the link.
http::Response signin_email(Context& context) {
  const EmailOptions& options = email_options(context);
  const auto address = mail::read_address(context.field("email"));
  if (!address)
    throw model::AuthError(model::Code::EmailSignin, "what was entered is no address that a mail can go to");
  const hooks::SignInAnswer allowed = ask_owner(context, *address);
  if (!allowed.redirect.empty()) return context.redirect(allowed.redirect);
  if (!allowed.allowed) throw model::AuthError(model::Code::AccessDenied, "the signIn callback says no");
  // Nobody's mailbox is to be filled by whoever knows its address.
  auth::count_attempt(context.store(), context.options.rate_limits.recipient, "recipient",
                      mail::mailbox_of(*address));
  const std::string token =
      auth::new_verification_request(context.store(), *address, options.max_age, context.services.secret(),
                                     context.now(), context.services.random);
  mail::send(options.server, letter(context, options.from, *address, link(context, *address, token)),
             context.now(), context.services.random, options.limits);
  context.services.log.info("signin_email_sent", {{"provider", context.provider->id}});
  return context.redirect(http::with_query(context.url("verify-request"),
                                           {{"provider", context.provider->id}, {"type", "email"}}));
}

}  // namespace routes
