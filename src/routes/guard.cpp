// The guard of other paths: who may come to a file, or a program, of the web server's.
#include <algorithm>

#include "base/text.hpp"
#include "routes/context.hpp"

namespace routes {
namespace {

using auth::Admission;
using auth::Person;

enum class Verdict : char { open, unknown, refused };

struct Judgement {
  Verdict verdict = Verdict::refused;
  Person person;
};

Person person_of(const std::string& id, const std::string& name, const std::string& email) {
  return {.id = id, .name = name, .email = email, .providers = {}};
}

std::optional<Person> row_person(Context& context, const std::string& cookie) {
  auto found = auth::find_session(context.store(), context.options.session, context.now(), cookie);
  if (!found) return {};
  Person person = person_of(found->user.id, found->user.name.value_or(""), found->user.email.value_or(""));
  person.providers = context.store().providers_of(person.id);
  if (context.services.hooks.are_defaults()) return person;
  const base::Json user = model::to_json(found->user);
  context.services.hooks.session(row_session(std::move(*found)), user);
  return person;
}

/// Which providers a token's user has accounts of: by the database, else as the owner's `jwt` callback noted
/// it.
std::vector<std::string> token_providers(Context& context, const base::Json& token) {
  if (!context.has_store()) {
    const auto noted = token.text_of("provider");
    return noted ? std::vector{*noted} : std::vector<std::string>{};
  }
  const auto user = token_user(context, token);
  return user ? context.store().providers_of(user->id) : std::vector<std::string>{};
}

std::optional<Person> token_person(Context& context, const std::string& cookie) {
  auto token = auth::decode_jwt(cookie, context.services.jwt(), context.now());
  if (!token) return {};
  hooks::Hooks& hooks = context.services.hooks;
  if (!hooks.are_defaults()) {
    *token = hooks.jwt(std::move(*token));
    hooks.session(token_session(*token, context.now() + context.options.session.max_age), *token);
  }
  const auto text = [&](std::string_view name) { return token->text_of(name).value_or(""); };
  Person person = person_of(text("sub"), text("name"), text("email"));
  person.providers = token_providers(context, *token);
  return person;
}

/// Who is signed in; nobody where one of the owner's callbacks throws: /session shows nobody then, either.
std::optional<Person> find_person(Context& context) {
  const std::string cookie = context.session_cookie();
  if (cookie.empty()) return {};
  try {
    return context.options.session.jwt ? token_person(context, cookie) : row_person(context, cookie);
  } catch (const hooks::Thrown& thrown) {
    context.services.log.error("guard_error", {{"reason", thrown.what()}});
  } catch (const hooks::Rejected& rejected) {
    context.services.log.error("guard_error", {{"reason", rejected.what()}});
  }
  return {};
}

bool says_owner(Context& context, const Person& person, const std::string& path) {
  base::Json providers = base::Json::array();
  for (const std::string& id : person.providers) providers.elements().emplace_back(id);
  const base::Json user = base::Json::object({{"id", person.id},
                                              {"name", person.name},
                                              {"email", person.email},
                                              {"providers", std::move(providers)}});
  try {
    return context.services.hooks.protect(user, path);
  } catch (const hooks::Thrown&) {
    return false;  // it is in the log already
  } catch (const hooks::Rejected&) {
    return false;
  }
}

bool is_admitted(Context& context, const Admission& allow, const Person& person, const std::string& path) {
  switch (allow.whom) {
    case Admission::Whom::everybody:
    case Admission::Whom::signed_in:
      return true;
    case Admission::Whom::listed:
      return auth::is_listed(allow, person);
    case Admission::Whom::asked:
      return says_owner(context, person, path);
  }
  return false;
}

/// The sign-in itself must not be guarded: nobody could get in.
bool is_own(std::string_view path, const std::string& base_path) {
  return path.starts_with(base_path) && (path.size() == base_path.size() || path[base_path.size()] == '/');
}

/// What no path of `protect` covers is refused: the web server was told to have it guarded, so somebody
/// forgot something.
Judgement judge(Context& context, const std::optional<std::string>& path) {
  if (path && is_own(*path, context.options.site.base_path)) return {Verdict::open, {}};
  const auth::Protected* found = path ? auth::find_protected(context.options.protect, *path) : nullptr;
  if (!found) {
    context.services.log.warn("guard_error", {{"reason", path ? "no path of \"protect\" covers " + *path
                                                              : "a path that programs read differently"}});
    return {Verdict::refused, {}};
  }
  auto person = find_person(context);
  if (found->allow.whom == Admission::Whom::everybody)
    return {Verdict::open, person ? std::move(*person) : Person()};
  if (!person) return {Verdict::unknown, {}};
  const bool is_in = is_admitted(context, found->allow, *person, *path);
  return {is_in ? Verdict::open : Verdict::refused, std::move(*person)};
}

/// Apache and lighttpd give the path of what is about to be served, decoded, after all rewriting. nginx asks
/// for another path on the way; all that it tells of the page is the address as it came.
std::optional<std::string> guarded_path(const http::Request& request) {
  const std::string path = request.script_name + request.path_info;
  return http::plain_path(request.is_for_guard && !path.empty() ? path : path_of(request.request_uri));
}

/// Whether a page is asked for, which the sign-in page can take the place of, and no part of one.
bool is_page_load(const http::Request& request) {
  if (!request.fetch_mode.empty()) return request.fetch_mode == "navigate";
  return request.accept.find("text/html") != std::string::npos;
}

/// Where somebody is sent who was not let in. `address`: path and query of the page, to come back to.
std::string way_out(const Context& context, Verdict verdict, std::string_view address) {
  if (verdict == Verdict::refused) return context.error_url(name(model::Code::AccessDenied));
  const std::string page = context.options.site.base_url + std::string(address);
  return http::with_query(context.url("signin"), {{"callbackUrl", page}});
}

/// Path and query of the address that the browser asked for.
std::string_view address_of(const http::Request& request) {
  const std::string_view uri = request.request_uri;
  return uri.starts_with('/') ? uri.substr(0, uri.find('#')) : "/";
}

http::Response no_entry(const Context& context, Verdict verdict, std::string_view address) {
  if (is_page_load(context.request)) return context.redirect(way_out(context, verdict, address));
  if (verdict == Verdict::refused) return context.text(403, "Access denied.");
  return context.text(401, "Please sign in.");
}

/// A value that cannot end its header.
std::string header_text(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return base::has_control(std::string_view(&c, 1)); }, ' ');
  return text;
}

/// Each, also where it is empty: what a visitor sends by such a name must never reach the program behind.
http::Pairs described(const Person& person, const std::array<const char*, 4>& names) {
  return {{names[0], header_text(person.id)},
          {names[1], header_text(person.email)},
          {names[2], header_text(person.name)},
          {names[3], header_text(base::join(person.providers, ","))}};
}

}  // namespace

http::Response guard(Context& context) {
  const Judgement judgement = judge(context, guarded_path(context.request));
  if (judgement.verdict != Verdict::open)
    return no_entry(context, judgement.verdict, address_of(context.request));
  const Person& person = judgement.person;
  http::Response response{.status = 200,
                          .headers = described(person, {"Variable-AUTH_USER", "Variable-AUTH_EMAIL",
                                                        "Variable-AUTH_NAME", "Variable-AUTH_PROVIDER"}),
                          .body = {}};
  const std::string& user = person.id.empty() ? person.email : person.id;
  if (!user.empty()) response.headers.emplace_back("Variable-REMOTE_USER", header_text(user));
  return response;
}

/// GET /authorize, for nginx's auth_request.
http::Response authorize_get(Context& context) {
  const Judgement judgement = judge(context, guarded_path(context.request));
  if (judgement.verdict == Verdict::open)
    return {.status = 200,
            .headers = described(judgement.person,
                                 {"X-Auth-User", "X-Auth-Email", "X-Auth-Name", "X-Auth-Provider"}),
            .body = {}};
  http::Response response{.status = 401, .headers = {}, .body = {}};
  if (is_page_load(context.request))
    response.headers.emplace_back("X-Auth-Location",
                                  way_out(context, judgement.verdict, address_of(context.request)));
  return response;
}

std::optional<http::Response> after_guard(Context& context) {
  const http::Redirected& from = context.request.redirected;
  if (context.options.protect.empty() || from.status != "401") return {};
  auto path = http::plain_path(from.path);
  std::string address = http::encode_path(path.value_or("/"));
  if (!from.query.empty()) address += "?" + from.query;
  // Rewritten on its way here, which makes REDIRECT_URL the sign-in's own: the browser's address is left.
  if (path && is_own(*path, context.options.site.base_path)) {
    path = http::plain_path(path_of(context.request.request_uri));
    address = address_of(context.request);
  }
  const Verdict verdict = judge(context, path).verdict;
  // Somebody else's 401, then, of a password file: the page itself is what was asked for.
  if (verdict == Verdict::open) return {};
  return no_entry(context, verdict, address);
}

}  // namespace routes
