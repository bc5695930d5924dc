#include <algorithm>

#include "base/text.hpp"
#include "routes/context.hpp"
#include "routes/page.hpp"

// The data of the built-in pages; what they look like is in templates/.
namespace routes {
namespace {

using base::Json;
using providers::Provider;
using providers::Type;

Page page_for(Context& context, const std::string& title) {
  return Page(context.options.page, context.options.site, context.request.accept_language, title,
              context.services.random);
}

/// The first character of a name, for its button; whole, however many bytes it has.
std::string initial(const std::string& name) {
  size_t end = 1;
  while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) ++end;
  return name.substr(0, end);
}

Json button(const Context& context, const Page& page, const Provider& provider) {
  return Json::object({{"id", provider.id},
                       {"name", provider.name},
                       {"initial", initial(provider.name)},
                       {"label", page.message("signInWith", "{provider}", provider.name)},
                       {"action", context.url("signin/" + provider.id)}});
}

Json email_form(const Context& context, const Page& page, const Provider& provider) {
  // v3's name for it, as long as the owner has chosen none.
  const bool unnamed = provider.name == "Email";
  return Json::object({{"isEmail", true},
                       {"isCredentials", Json()},
                       {"id", provider.id},
                       {"name", provider.name},
                       {"action", context.url("signin/" + provider.id)},
                       {"label", unnamed ? page.message("signInWithEmail")
                                         : page.message("signInWith", "{provider}", provider.name)},
                       {"inputId", "input-email-for-" + provider.id + "-provider"},
                       {"email", http::first(context.query, "email")}});
}

/// In configuration order; a form of mails that comes first has the focus. Without fields a credentials
/// provider has no form here, as in v3.
Json forms(const Context& context, const Page& page) {
  Json all = Json::array();
  for (const Provider& provider : context.services.providers) {
    if (provider.type == Type::email) all.elements().push_back(email_form(context, page, provider));
    if (provider.type == Type::credentials && provider.entry.find("credentials"))
      all.elements().push_back(credentials_form(page, provider, context.url("callback/" + provider.id)));
  }
  for (Json& form : all.elements()) form.set("autofocus", &form == &all.elements().front());
  return all;
}

/// v3's codes, and a form whose CSRF token was not ours any more.
std::string error_sentence(const Context& context, const Page& page) {
  const auto error = http::first(context.query, "error");
  if (!error || error->empty())
    return context.query.empty() || !http::first(context.query, "csrf") ? "" : page.message("errCsrf");
  // Codes begin with a capital: else "orDefaultText" would be the message "errorDefaultText".
  const bool is_code = error->front() >= 'A' && error->front() <= 'Z';
  const std::string known = is_code ? page.message("err" + *error) : "";
  return known.empty() ? page.message("errDefault") : known;
}

/// Sign-in buttons lead to providers, and browsers apply form-action to the redirect too.
constexpr std::string_view any_https = "'self' https:";

std::string form_targets(const Context& context) {
  std::string targets(any_https);
  if (!context.options.site.base_url.starts_with("https:")) targets += " http:";
  return targets;
}

struct ErrorTexts {
  const char* code;
  int status;
  const char* heading;
  std::vector<const char*> paragraphs;
  bool links_to_signin;
};

/// Compared without case, as in v3.
const ErrorTexts& error_texts(std::string_view code) {
  static const std::vector<ErrorTexts> all{
      {"configuration",
       500,
       "errorConfigurationHeading",
       {"errorConfigurationText1", "errorConfigurationText2"},
       false},
      {"accessdenied", 403, "errorAccessDeniedHeading", {"errorAccessDeniedText"}, true},
      {"verification",
       403,
       "errorVerificationHeading",
       {"errorVerificationText1", "errorVerificationText2"},
       true},
      {"toomanyrequests", 429, "errorTooManyHeading", {"errorTooManyText"}, false},
      {"", 200, "errorDefaultHeading", {"errorDefaultText"}, false}};
  const std::string wanted = base::lower(code);
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const ErrorTexts& e) { return wanted == e.code; });
  return found == all.end() ? all.back() : *found;
}

http::Response render_error(Page page, const ErrorTexts& texts, const std::string& signin_url) {
  page.data.set("heading", page.message(texts.heading));
  Json paragraphs = Json::array();
  for (const char* key : texts.paragraphs) paragraphs.elements().emplace_back(page.message(key));
  page.data.set("paragraphs", std::move(paragraphs));
  page.data.set("signinUrl", texts.links_to_signin ? Json(signin_url) : Json());
  return page.render("error", texts.status);
}

}  // namespace

http::Response signin_page(Context& context) {
  Page page = page_for(context, "titleSignIn");
  Json buttons = Json::array();
  for (const Provider& provider : context.services.providers)
    if (provider.type == Type::oauth) buttons.elements().push_back(button(context, page, provider));
  page.data.set("error", error_sentence(context, page));
  page.data.set("csrfToken", context.csrf_token);
  page.data.set("callbackUrl", context.callback_url);
  page.data.set("hasButtons", !buttons.elements().empty());
  Json all_forms = forms(context, page);
  page.data.set("empty", buttons.elements().empty() && all_forms.elements().empty());
  page.data.set("buttons", std::move(buttons));
  page.data.set("forms", std::move(all_forms));
  page.form_action = form_targets(context);
  return page.render("signin", 200);
}

http::Response signout_page(Context& context) {
  Page page = page_for(context, "titleSignOut");
  page.data.set("error", error_sentence(context, page));
  page.data.set("action", context.url("signout"));
  page.data.set("csrfToken", context.csrf_token);
  page.form_action = form_targets(context);
  return page.render("signout", 200);
}

http::Response verify_request_page(Context& context) {
  return page_for(context, "titleVerify").render("verify-request", 200);
}

http::Response confirm_page(Context& context, const std::string& email, const std::string& token) {
  Page page = page_for(context, "titleConfirm");
  page.data.set("action", context.url("callback/" + context.provider->id));
  page.data.set("csrfToken", context.csrf_token);
  page.data.set("callbackUrl", context.callback_url);
  page.data.set("email", email);
  page.data.set("token", token);
  page.form_action = form_targets(context);
  return page.render("confirm", 200);
}

http::Response error_page(Context& context, std::string_view code) {
  return render_error(page_for(context, "titleError"), error_texts(code), context.url("signin"));
}

http::Response too_many(Context& context, const auth::TooMany& reason) {
  constexpr std::string_view code = "TooManyRequests";
  http::Response response = context.field("json") == "true" ? context.redirect(context.error_url(code), 429)
                                                            : error_page(context, code);
  response.headers.emplace_back("Retry-After", std::to_string(reason.retry_after.count()));
  return response;
}

http::Response plain_error_page(const model::Site& site, const http::Request& request) {
  const PageOptions plain;
  return render_error(Page(plain, site, request.accept_language, "titleError", crypto::system_random()),
                      error_texts("configuration"), "");
}

}  // namespace routes
