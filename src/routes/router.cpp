#include "base/text.hpp"
#include "routes/context.hpp"
#include "routes/list.hpp"

namespace routes {
namespace {

using http::Method;
using model::AuthError;
using model::Code;
using providers::Type;

/// `untouched`: the route is for a web server, and sets no cookies.
enum class Csrf : char { untouched, ignored, required };
/// The type of the provider that the target's second part must name; `protect`: that something is guarded.
enum class Needs : char { nothing, oauth, oauth1, email, credentials, protect };

struct Route {
  Method method;
  std::string_view action;
  Needs provider;
  Csrf csrf;
  Code failure;          // where an error that has no code of its own leads
  std::string_view log;  // v3's code for it in the log
  http::Response (*handler)(Context&);
};

// method, action, provider, CSRF, if it fails, in the log, handler
constexpr Route table[] = {
    {Method::get, "providers", Needs::nothing, Csrf::ignored, Code::Configuration, "providers_error",
     providers_json},
    {Method::get, "session", Needs::nothing, Csrf::ignored, Code::Configuration, "session_error",
     session_json},
    {Method::get, "csrf", Needs::nothing, Csrf::ignored, Code::Configuration, "csrf_error", csrf_json},
    {Method::get, "signin", Needs::nothing, Csrf::ignored, Code::Configuration, "page_error", signin_get},
    {Method::post, "signin", Needs::oauth, Csrf::required, Code::OAuthSignin, "signin_oauth_error",
     signin_oauth},
    {Method::get, "callback", Needs::oauth, Csrf::ignored, Code::Callback, "oauth_callback_error",
     callback_oauth},
    {Method::post, "callback", Needs::oauth, Csrf::ignored, Code::Callback, "oauth_callback_error",
     callback_oauth},
    {Method::post, "signin", Needs::credentials, Csrf::required, Code::Signin, "signin_credentials_error",
     signin_credentials},
    {Method::get, "callback", Needs::credentials, Csrf::ignored, Code::Callback,
     "callback_credentials_handler_error", callback_credentials_get},
    {Method::post, "callback", Needs::credentials, Csrf::required, Code::Callback,
     "callback_credentials_handler_error", callback_credentials},
    {Method::post, "signin", Needs::oauth1, Csrf::required, Code::OAuthSignin, "signin_oauth_error",
     signin_oauth1},
    {Method::get, "callback", Needs::oauth1, Csrf::ignored, Code::Callback, "oauth_callback_error",
     callback_oauth1},
    {Method::post, "callback", Needs::oauth1, Csrf::ignored, Code::Callback, "oauth_callback_error",
     callback_oauth1},
    {Method::post, "signin", Needs::email, Csrf::required, Code::EmailSignin, "signin_email_error",
     signin_email},
    {Method::get, "callback", Needs::email, Csrf::ignored, Code::Callback, "callback_email_error",
     callback_email},
    // Else another site could sign its visitors in, as somebody of its choice.
    {Method::post, "callback", Needs::email, Csrf::required, Code::Callback, "callback_email_error",
     callback_email},
    {Method::get, "signout", Needs::nothing, Csrf::ignored, Code::Configuration, "page_error", signout_get},
    {Method::post, "signout", Needs::nothing, Csrf::required, Code::Configuration, "signout_error",
     signout_post},
    {Method::get, "verify-request", Needs::nothing, Csrf::ignored, Code::Configuration, "page_error",
     verify_request_get},
    {Method::get, "error", Needs::nothing, Csrf::ignored, Code::Configuration, "page_error", error_get},
    {Method::post, "_log", Needs::nothing, Csrf::ignored, Code::Configuration, "logger_error", log_post},
    // v3 has no such route.
    {Method::get, "authorize", Needs::protect, Csrf::untouched, Code::Configuration, "guard_error",
     authorize_get},
};

/// Asked in FastCGI's role AUTHORIZER, whatever the address.
constexpr Route guard_route{Method::get,   "",   Needs::nothing, Csrf::untouched, Code::Configuration,
                            "guard_error", guard};

/// The kinds as a list shows them, in the order of Needs.
constexpr std::string_view kinds[] = {"", "oauth", "oauth 1.0a", "email", "credentials", ""};

bool suits(const Route& route, const Context& context) {
  if (route.provider == Needs::nothing) return true;
  if (route.provider == Needs::protect) return !context.options.protect.empty();
  if (!context.provider) return false;
  switch (route.provider) {
    case Needs::nothing:
    case Needs::protect:
      break;
    case Needs::oauth:
      return context.provider->type == Type::oauth && context.provider->oauth2;
    case Needs::oauth1:
      return context.provider->type == Type::oauth && !context.provider->oauth2;
    case Needs::email:
      return context.provider->type == Type::email;
    case Needs::credentials:
      return context.provider->type == Type::credentials;
  }
  return false;
}

const Route* find_route(const Context& context) {
  const Method method = context.request.method == Method::head ? Method::get : context.request.method;
  if (!context.target.known) return nullptr;
  for (const Route& route : table)
    if (route.method == method && route.action == context.target.action && suits(route, context))
      return &route;
  return nullptr;
}

/// v3's answer to what it does not know. The method is a token of letters, or is not repeated.
http::Response unsupported(const Context& context) {
  std::string method = context.request.method_name;
  if (method.empty() || method.size() > 20 ||
      method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos)
    method = "this method";
  return context.text(400, "Error: This action with HTTP " + method + " is not supported by NextAuth.js");
}

http::Response dispatch(Context& context, const Route* route) {
  const bool is_post = context.request.method == Method::post && context.target.known;
  const bool guarded = is_post && (context.target.action == "signin" || context.target.action == "signout");
  if (guarded && (!route || !context.csrf_verified))
    return context.redirect(http::with_query(context.url(context.target.action), {{"csrf", "true"}}));
  if (!route) return unsupported(context);
  if (route->csrf == Csrf::required && !context.csrf_verified)
    return context.redirect(http::with_query(context.url("signin"), {{"csrf", "true"}}));
  const bool is_attempt = route->csrf == Csrf::required && context.target.action != "signout";
  if (is_attempt) {
    count_address(context);
    tidy_up(context);
  }
  return route->handler(context);
}

/// As it is built in where an own template is the problem.
http::Response configuration_page(Context& context) {
  try {
    return error_page(context, name(Code::Configuration));
  } catch (const model::ConfigError&) {
    return plain_error_page(context.options.site, context.request);
  }
}

/// The visitor learns that the server has a problem, the log which.
http::Response server_problem(Context& context) {
  const std::string& action = context.target.action;
  // The client takes any member of these for an answer.
  if (action == "session" || action == "csrf" || action == "providers")
    return context.json(base::Json::object(), 500);
  if (context.field("json") == "true")
    return context.redirect(context.error_url(name(Code::Configuration)), 500);
  http::Response page = configuration_page(context);
  page.status = 500;
  return page;
}

http::Response failed(Context& context, const Route& route, Code code, const std::string& why) {
  // What a provider's documents lack is an error of the sign-in while that has not left for the provider.
  if (route.failure == Code::OAuthSignin) code = Code::OAuthSignin;
  // v3 has a code of its own for what the visitor sees as OAuthCallback.
  const std::string_view log = code == Code::OAuthCallback ? "callback_oauth_error" : route.log;
  context.services.log.error(log, {{"provider", context.target.argument}, {"reason", why}});
  return context.redirect(context.error_url(name(code)));
}

http::Response answer(Context& context) {
  static constexpr Route nowhere{Method::other,    "",     Needs::nothing, Csrf::ignored, Code::Configuration,
                                 "internal_error", nullptr};
  const Route* found = context.request.is_for_guard ? &guard_route : find_route(context);
  const Route& route = found ? *found : nowhere;
  try {
    if (route.csrf == Csrf::untouched) return route.handler(context);
    if (auto early = prepare(context)) return std::move(*early);
    return dispatch(context, found);
  } catch (const AuthError& error) {
    return failed(context, route, error.code, error.what());
  } catch (const auth::TooMany& error) {
    context.services.log.warn("rate_limit", {{"action", context.target.action}, {"reason", error.what()}});
    return too_many(context, error);
  } catch (const oauth::UnreadableProfile& error) {
    context.services.log.error("oauth_parse_profile_error",
                               {{"provider", context.target.argument}, {"reason", error.what()}});
    return context.redirect(context.url("signin"));
  } catch (const hooks::Rejected& rejected) {
    return context.redirect(rejected.url);
  } catch (const hooks::Thrown& thrown) {
    return context.redirect(context.error_url(thrown.what()));
  } catch (const model::StoreError& error) {
    context.services.log.error("database_error",
                               {{"action", context.target.action}, {"reason", error.what()}});
    return server_problem(context);
  } catch (const model::ConfigError& error) {
    context.services.log.error("configuration_error",
                               {{"action", context.target.action}, {"reason", error.what()}});
    return server_problem(context);
  } catch (const credentials::Unavailable& error) {
    context.services.log.error(route.log, {{"provider", context.target.argument}, {"reason", error.what()}});
    return server_problem(context);
  } catch (const providers::Error& error) {
    return failed(context, route, route.failure, error.what());
  } catch (const mail::Error& error) {
    return failed(context, route, route.failure, error.what());
  } catch (const crypto::Error& error) {
    return failed(context, route, route.failure, error.what());
  }
}

http::Response plain(int status, const std::string& line) {
  return {.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = line};
}

}  // namespace

http::Response handle(const Services& services, const http::Request& request) {
  http::Response response;
  const Target target = find_target(request, services.options.site.base_path);
  try {
    Context context(services, request, target);
    response = context.finish(answer(context));
  } catch (const http::BadRequest& error) {
    services.log.warn_seldom(
        "request_refused",
        {{"status", std::to_string(error.status)}, {"action", target.action}, {"reason", error.what()}});
    response = plain(error.status, error.what());
  } catch (const model::ConfigError& error) {
    services.log.error("configuration_error", {{"reason", error.what()}});
    response = plain_error_page(services.options.site, request);
  } catch (const std::exception& error) {
    services.log.error("internal_error", {{"reason", error.what()}});
    response = plain(500, "Error: something went wrong here. The server's log says what.");
  }
  // nginx takes any other status for a failure of its own.
  const bool is_question =
      target.action == "authorize" && !request.is_for_guard && !services.options.protect.empty();
  if (is_question && response.status != 200 && response.status != 401)
    response = {.status = 401, .headers = {}, .body = {}};
  return response;
}

std::vector<ListedRoute> list_routes() {
  std::vector<ListedRoute> list;
  for (const Route& route : table)
    list.push_back({route.method == Method::post ? "POST" : "GET", route.action,
                    kinds[static_cast<size_t>(route.provider)], route.csrf == Csrf::required,
                    route.provider == Needs::protect});
  return list;
}

http::Response unconfigured(const http::Request& request) { return plain_error_page({}, request); }

}  // namespace routes
