#pragma once
// Private to routes/: one request on its way through.
#include "routes/routes.hpp"

namespace routes {

/// Where the request asks to go, relative to the base path.
struct Target {
  std::string action, argument;  // "signin", "github"
  bool known = false;            // of the form /action or /action/argument
};

/// SCRIPT_NAME + PATH_INFO below the base path; else PATH_INFO alone; else REQUEST_URI's path likewise.
Target find_target(const http::Request&, const std::string& base_path);

class Context {
 public:
  /// Reads query, body and cookies. Throws http::BadRequest.
  Context(const Services&, const http::Request&, Target);

  const Services& services;
  const http::Request& request;
  const Options& options;
  const Target target;
  const providers::Provider* provider = nullptr;  // the one the target names

  http::Pairs query;
  base::Json body = base::Json::object();
  http::Cookies cookies;

  // Made by prepare(), in this order.
  std::string csrf_token;
  bool csrf_verified = false;
  std::string callback_url;

  /// The body's field, as text; "" if it is not there or no text.
  std::string field(std::string_view name) const;
  /// Its value; "" if it is not there.
  std::string cookie(const Cookie&) const;
  base::Time now() const { return services.clock.now(); }

  /// This request's connection to the database. Throws ConfigError if there is none, StoreError if it fails.
  store::Store& store();
  bool has_store() const { return services.database != nullptr; }

  // Cookies of the answer.
  void set_cookie(const Cookie&, std::string_view value, std::optional<base::Time> expires = {});
  void clear_cookie(const Cookie&);
  /// The session token, put together from its pieces if it came in several.
  std::string session_cookie() const;
  void set_session_cookie(const std::string& value, base::Time expires);
  void clear_session_cookie();

  // Answers.
  http::Response json(const base::Json&, int status = 200) const;
  http::Response json_text(std::string, int status = 200) const;
  http::Response text(int status, const std::string&) const;
  /// 302; with json=true in a POST's body `status` and {"url": …}.
  http::Response redirect(const std::string& url, int status = 200) const;
  /// BASE/error?error=CODE
  std::string error_url(std::string_view code) const;
  /// BASE/action, or BASE/action/argument
  std::string url(std::string_view action, std::string_view argument = {}) const;

  /// Adds the cookies that were set.
  http::Response finish(http::Response);

 private:
  /// Of a JWT, which is base64url and dots (RFC 7515 §7.1).
  void set_token_cookie(const Cookie&, std::string_view token, base::Time expires);
  bool has_pieces() const;  // of a session token
  void clear_pieces(size_t from);

  std::vector<std::string> set_cookies_;
  store::Pool::Lease store_;
};

/// Makes sure of the CSRF cookie and the callback URL; an answer if the callback URL is of no use.
std::optional<http::Response> prepare(Context&);

// --- what several endpoints share ---

/// Counts a sign-in attempt of this client's address; without a database there is nothing to count in. Throws
/// TooMany.
void count_address(Context&);
/// Expired rows go with one attempt in so many, by chance: a CGI process has no other way to take turns. With
/// attempts of every kind, as each of them may leave rows.
void tidy_up(Context&);

/// The path of an address as it came, decoded; "" if that cannot be done.
std::string path_of(std::string_view request_uri);

/// Who is signed in, by the session cookie.
auth::Visitor visitor(Context&);
/// The user of a JWT. `sub` of a credentials provider's user comes from elsewhere and may be the number of
/// another user here: where there is such a provider, the address must agree, too.
std::optional<model::User> token_user(Context&, const base::Json& claims);
/// What /session shows by default, and the `session` callback is given.
base::Json token_session(const base::Json& token, base::Time expires);
base::Json row_session(store::Found);
/// Sends them to the owner's hooks; what those throw is logged.
void send_events(Context&, const std::vector<auth::Event>&);
/// The ending all callbacks share: session cookie, events, and on to the callback URL or the page for new
/// users.
http::Response signed_in(Context&, const auth::SignedIn&, const base::Json& account,
                         const base::Json& profile);
/// What OAuth 1.0a and 2.0 begin with: keeps the flow and sends the browser to the provider.
http::Response to_provider(Context&, oauth::AuthorizationRequest);
/// v3's `profile`, by a function of the owner's. In v3 one that throws is a profile that cannot be read.
oauth::OwnProfile own_profile(const Context&);
/// What both end with: the `signIn` callback, the account, signed_in().
http::Response identified(Context&, const oauth::Identity&, const std::string& callback_url);
/// Keeps a flow in the database, or in encrypted cookies where there is none.
void save_flow(Context&, const model::Flow&);
std::optional<model::Flow> take_flow(Context&, const std::string& key_hash);
/// Where the provider returns to: BASE/callback/ID
std::string redirect_uri(const Context&);
/// The answer to HEAD where GET would use something up: programs that only look at a link ask so, and must
/// not sign anybody in.
http::Response looked();
/// The provider's answer: a query's parameters, and those of a form (response_mode=form_post).
http::Pairs answer_parameters(const Context&);

/// How this request's email provider sends. Throws AuthError(Configuration) without a database.
const EmailOptions& email_options(const Context&);
/// The account as v3's callbacks see it.
base::Json email_account(const Context&, const std::string& address);

// --- pages ---

http::Response signin_page(Context&);
http::Response signout_page(Context&);
http::Response verify_request_page(Context&);
http::Response error_page(Context&, std::string_view code);
/// The error page for Configuration, with nothing of the owner's in it: there is no configuration yet, or his
/// templates are of no use.
http::Response plain_error_page(const model::Site&, const http::Request&);
/// 429, for people and, with json=true, for programs.
http::Response too_many(Context&, const auth::TooMany&);
/// Behind the link in a mail: a button that uses it up.
http::Response confirm_page(Context&, const std::string& email, const std::string& token);

// --- endpoints ---

http::Response providers_json(Context&);
http::Response csrf_json(Context&);
http::Response session_json(Context&);
http::Response signin_get(Context&);
http::Response signin_oauth(Context&);
http::Response callback_oauth(Context&);
http::Response signin_credentials(Context&);
http::Response callback_credentials(Context&);
http::Response callback_credentials_get(Context&);
http::Response signin_oauth1(Context&);
http::Response callback_oauth1(Context&);
http::Response signin_email(Context&);
http::Response callback_email(Context&);
http::Response signout_get(Context&);
http::Response signout_post(Context&);
http::Response verify_request_get(Context&);
http::Response error_get(Context&);
http::Response log_post(Context&);
http::Response authorize_get(Context&);

// --- the guard of other paths: guard.cpp ---

/// FastCGI's role AUTHORIZER: 200 with variables for who comes in, else where to go instead.
http::Response guard(Context&);
/// The sign-in page as Apache's ErrorDocument for a guarded page: on to where the guard would have sent the
/// visitor; none if it is not asked as that.
std::optional<http::Response> after_guard(Context&);

}  // namespace routes
