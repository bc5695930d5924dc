#pragma once
// The REST API: one file an endpoint, a table in router.cpp.
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "auth/auth.hpp"
#include "credentials/credentials.hpp"
#include "hooks/hooks.hpp"
#include "http/client.hpp"
#include "http/http.hpp"
#include "mail/mail.hpp"
#include "oauth/oauth.hpp"
#include "providers/providers.hpp"
#include "store/store.hpp"

namespace routes {

/// One's own pages instead of the built-in ones; "" where there is none.
struct PageUrls {
  std::string sign_in, sign_out, error, verify_request, new_user;
};

struct Cookie {
  std::string name;
  http::CookieOptions options;
};

/// v3's cookies, by its names for them.
struct Cookies {
  Cookie session_token, callback_url, csrf_token, pkce_code_verifier, state;
};

/// v3's names and attributes; `secure`: for https.
Cookies default_cookies(bool secure);

/// How the built-in pages look.
struct PageOptions {
  std::string theme = "auto";       // auto, light, dark
  std::filesystem::path templates;  // overrides the built-in ones, file by file; "" for none
  std::string brand_color, brand_logo;
};

/// What is wrong with one of the owner's templates or messages.
struct TemplateProblem {
  std::filesystem::path file;
  size_t line = 0;  // 0 where there is none
  std::string message;

  bool operator==(const TemplateProblem&) const = default;
};
std::vector<TemplateProblem> check_templates(const PageOptions&);

/// How an email provider sends its links.
struct EmailOptions {
  mail::Server server;
  mail::Mailbox from;
  base::Seconds max_age{24 * 60 * 60};  // of a link
  bool confirm = true;                  // the link shows a button, which uses it up; false: the link does
  mail::Limits limits;
};

struct Options {
  model::Site site;
  PageUrls pages;
  Cookies cookies = default_cookies(false);
  PageOptions page;
  auth::SessionOptions session;
  auth::RateLimits rate_limits;
  std::vector<http::AddressRange> trusted_proxies;  // whose X-Forwarded-For is believed
  http::Limits limits;
  std::vector<auth::Protected> protect;                     // parts of the site that are guarded
  std::map<std::string, EmailOptions, std::less<>> email;   // by provider's id
  std::map<std::string, credentials::Authorize> authorize;  // of credentials providers, by their id
};

/// What the endpoints work with. All of it is lent, and may be used by many threads at once.
struct Services {
  const Options& options;
  const std::vector<providers::Provider>& providers;  // in configuration order
  store::Pool* database;                              // null pointer if there is none
  hooks::Hooks& hooks;
  oauth::Documents& documents;
  http::Client& client;
  const base::Clock& clock;
  crypto::Random& random;
  const base::Log& log;
  std::function<const auth::Jwt&()> jwt;        // throws StoreError, and ConfigError for a useless key
  std::function<const base::Secret&()> secret;  // made and kept where none is configured; throws StoreError
  const credentials::Parts& credentials;
};

/// Answers a request. Throws nothing but std::bad_alloc: every failure is an answer and a line in the log.
http::Response handle(const Services&, const http::Request&);

/// The answer to anything while the configuration is of no use: status 500 and the error page.
http::Response unconfigured(const http::Request&);

}  // namespace routes
