#include <charconv>
#include <cmath>

#include "base/text.hpp"
#include "routes/context.hpp"

namespace routes {
namespace {

http::Response refused(const Context& context) {
  context.services.log.info("credentials_refused", {{"provider", context.provider->id}});
  const std::string url = context.error_url(name(model::Code::CredentialsSignin));
  return context.redirect(http::with_query(url, {{"provider", context.provider->id}}), 401);
}

http::Response denied(const Context& context) {
  context.services.log.info("access_denied", {{"provider", context.provider->id}});
  return context.redirect(context.error_url(name(model::Code::AccessDenied)), 403);
}

/// The fields that say whose account it is: the form's first that is no password. Where there is no form, any
/// that is likely to: each is counted, as nobody knows which one `authorize` looks at.
std::vector<std::string> name_fields(const Context& context) {
  const base::Json* form = context.provider->entry.find("credentials");
  if (!form) return {"username", "user", "login", "name", "email"};
  for (const auto& [name, given] : form->members())
    if (given.text_of("type") != "password") return {name};
  return {"username"};
}

/// A number by its value: to a database's column of numbers, members 42, 042, +42 and 4.2e1 are one.
std::string by_value(std::string name) {
  const char* begin = name.data() + (name.starts_with('+') ? 1 : 0);
  const char* end = name.data() + name.size();
  double value = 0;
  const auto [rest, error] = std::from_chars(begin, end, value);
  const bool is_number = error == std::errc{} && rest == end && std::isfinite(value);
  return is_number ? base::number_text(base::Json(value)) : name;
}

/// What somebody is called there. In small letters, for most lists of users take Jane and jane for the same.
/// Whatever is no text counts as one name: a list or a number may well mean jane to whoever looks it up, in
/// as many spellings as one likes.
std::string account_name(const Context& context, const std::string& field) {
  const base::Json* name = context.body.find(field);
  if (name && !name->is_string()) return "no text\n";
  const std::string given = base::lower(context.field(field));
  constexpr const char* blanks = " \t\n\v\f\r";
  const size_t first = given.find_first_not_of(blanks);
  if (first == std::string::npos) return {};
  return by_value(given.substr(first, given.find_last_not_of(blanks) + 1 - first));
}

/// However many addresses the guesses come from.
void count_account(Context& context) {
  if (!context.has_store()) return;
  for (const std::string& field : name_fields(context))
    if (const std::string name = account_name(context, field); !name.empty())
      auth::count_attempt(context.store(), context.options.rate_limits.account, "account",
                          context.provider->id + " " + name);
}

/// The user's id as an account has it.
std::string account_id(const base::Json& user) {
  const base::Json* id = user.find("id");
  if (id && id->is_integer()) return base::number_text(*id);
  if (!id || !id->is_string() || id->text().empty())
    throw credentials::Unavailable("the user object has no \"id\", which sessions in the database need");
  return id->text();
}

/// With the address as users have it.
base::Json profile_of(base::Json user) {
  if (const auto email = user.text_of("email")) user.set("email", base::lower(*email));
  return user;
}

/// Whoever is signed in is signed out by this, and not joined with the user who signs in: two people may
/// share a browser, and in v3 too credentials replace a session. Only of the same address they are the same
/// person, who so adds this way of signing in to the first one.
auth::Visitor who_was_here(Context& context, const base::Json& profile) {
  auth::Visitor before = visitor(context);
  if (before.user && (!before.user->email || before.user->email != profile.text_of("email")))
    before.user.reset();
  return before;
}

/// Beyond v3: a session in the database, of the user who has this account. An address that belongs to another
/// user is refused as at any provider: two lists of users need not mean the same person by it.
auth::SignedIn sign_in_stored(Context& context, const base::Json& user, const base::Json& account_json) {
  const base::Json profile = profile_of(user);
  model::Account account;
  account.provider_id = context.provider->id;
  account.provider_type = "credentials";
  account.provider_account_id = account_id(user);
  const auth::SignInParts parts{context.options.session, context.now(), context.services.random};
  return auth::sign_in_account(context.store(), parts, who_was_here(context, profile), profile, account,
                               account_json);
}

}  // namespace

/// As in v3, whatever was submitted is what `authorize` and the callbacks get.
http::Response callback_credentials(Context& context) {
  count_account(context);
  const auto user = credentials::authorize(context.options.authorize.at(context.provider->id), context.body,
                                           context.services.credentials);
  if (!user) return refused(context);
  const base::Json account = base::Json::object({{"id", context.provider->id}, {"type", "credentials"}});
  const hooks::SignInAnswer answer = context.services.hooks.sign_in(*user, account, context.body);
  // A string that the callback returns is ignored here, as in v3.
  if (!answer.allowed && answer.redirect.empty()) return denied(context);
  if (context.options.session.jwt) return signed_in(context, auth::sign_in_profile(*user), account, *user);
  return signed_in(context, sign_in_stored(context, *user, account), account, *user);
}

http::Response callback_credentials_get(Context& context) {
  return context.text(500, "Error: Callback for provider type credentials not supported");
}

/// v3's answer; the form's own target is the callback.
http::Response signin_credentials(Context& context) { return context.redirect(context.url("signin")); }

}  // namespace routes
