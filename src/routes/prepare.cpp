#include <algorithm>
#include <array>

#include "routes/context.hpp"

namespace routes {
namespace {

void prepare_csrf(Context& context) {
  const base::Secret& secret = context.services.secret();
  const Cookie& cookie = context.options.cookies.csrf_token;
  if (auto token = auth::csrf_token(context.cookie(cookie), secret)) {
    context.csrf_token = std::move(*token);
    const base::Json* field = context.body.find("csrfToken");
    context.csrf_verified = context.request.method == http::Method::post && field && field->is_string() &&
                            crypto::equal_constant_time(field->text(), context.csrf_token);
    return;
  }
  context.csrf_token = auth::new_csrf_token(context.services.random);
  context.set_cookie(cookie, auth::csrf_cookie(context.csrf_token, secret));
}

bool is_usable(const Context& context, const std::string& url) {
  return url.empty() || auth::is_callback_url(url, context.options.site);
}

bool comes_twice(const http::Pairs& pairs, std::string_view wanted) {
  return std::count_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == wanted; }) >
         1;
}

/// v3's answer to a callback URL that is none.
http::Response refuse(Context& context, const std::string& why) {
  context.services.log.warn("callback_url_invalid", {{"action", context.target.action}, {"reason", why}});
  // In v3 the error page redirects to itself for ever: the cookie goes here, so that it ends.
  if (context.target.action == "error") {
    context.clear_cookie(context.options.cookies.callback_url);
    context.callback_url = context.options.site.base_url;
    return error_page(context, name(model::Code::Configuration));
  }
  const std::string& own = context.options.pages.error;
  return context.redirect(http::with_query(own.empty() ? context.url("error") : own,
                                           {{"error", std::string(name(model::Code::Configuration))}}));
}

/// v3 judges query and cookie before anything else, and sets no cookie then.
std::optional<http::Response> refuse_callback_url(Context& context, const std::string& cookie) {
  if (comes_twice(context.query, "callbackUrl")) return refuse(context, "the query has it twice");
  if (const std::string* url = http::find(context.query, "callbackUrl"); url && !is_usable(context, *url))
    return refuse(context, "the query's is no path or http(s) URL");
  if (!is_usable(context, cookie)) return refuse(context, "the cookie's is no path or http(s) URL");
  return {};
}

/// Of a cookie browsers keep 4,096 bytes with its name, else nothing. Apache even fails at a header of 8 KiB.
bool is_kept(const std::string& value) {
  constexpr size_t most = 4000;
  return value.size() <= most / 3 || http::encode(value).size() <= most;
}

/// From the body, else the query, else the cookie, else the base URL; each through the owner's `redirect`.
std::optional<http::Response> prepare_callback_url(Context& context, const std::string& cookie) {
  std::string given = context.field("callbackUrl");
  if (given.empty()) given = http::first(context.query, "callbackUrl").value_or("");
  const std::string& wanted = given.empty() ? cookie : given;
  const std::string& base_url = context.options.site.base_url;
  try {
    if (wanted.empty())
      context.callback_url = base_url;
    else
      context.callback_url = context.services.hooks.redirect(wanted, base_url);
  } catch (const hooks::Thrown& thrown) {
    // v3 never answers this.
    return refuse(context, std::string("redirect: ") + thrown.what());
  }
  if (!context.callback_url.empty() && context.callback_url != cookie && is_kept(context.callback_url))
    context.set_cookie(context.options.cookies.callback_url, context.callback_url);
  return {};
}

/// What an answer is read for (RFC 6749 §4.1.2, RFC 9207, RFC 5849 §2.2; `user` is Apple's).
http::Pairs known_answer_parameters(const Context& context) {
  constexpr std::array names{
      "code",        "state",          "iss",           "error", "error_description", "user",
      "oauth_token", "oauth_verifier", "oauth_problem", "denied"};
  http::Pairs known = answer_parameters(context);
  std::erase_if(known, [&](const auto& pair) {
    return std::find(names.begin(), names.end(), pair.first) == names.end();
  });
  return known;
}

/// A form that a provider's page sends (response_mode=form_post) comes without SameSite=Lax cookies, and so
/// without the browser's part of the flow. A redirect to the same address by GET brings them. It must set no
/// cookie: a new CSRF token would take the place of the one that the flow is bound to.
std::optional<http::Response> ask_for_cookies(const Context& context) {
  const bool is_answer = context.request.method == http::Method::post &&
                         context.target.action == "callback" && context.provider &&
                         context.provider->type == providers::Type::oauth;
  if (!is_answer || context.cookies.has(context.options.cookies.csrf_token.name)) return {};
  const std::string back = http::with_query(redirect_uri(context), known_answer_parameters(context));
  // It comes back as an address and a query: longer ones would be refused then.
  if (back.size() > context.options.limits.header)
    throw model::AuthError(model::Code::OAuthCallback, "the answer is too long");
  http::Response response = context.redirect(back);
  if (response.status == 302) response.status = 303;
  return response;
}

}  // namespace

std::optional<http::Response> prepare(Context& context) {
  if (auto again = ask_for_cookies(context)) return again;
  const std::string callback_url = context.cookie(context.options.cookies.callback_url);
  if (auto refused = refuse_callback_url(context, callback_url)) return refused;
  prepare_csrf(context);
  return prepare_callback_url(context, callback_url);
}

}  // namespace routes
