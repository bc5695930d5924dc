#include "routes/context.hpp"

#include "base/text.hpp"

namespace routes {
namespace {

http::Pairs read_form(std::string_view text, size_t limit, const char* where) {
  try {
    return http::parse_form(text, limit);
  } catch (const http::FormError& error) {
    throw http::BadRequest(400, std::string(where) + ": " + error.what());
  }
}

http::Cookies read_cookies(const http::Request& request, size_t limit) {
  try {
    return {request.cookie, limit};
  } catch (const http::FormError& error) {
    throw http::BadRequest(400, std::string("cookies: ") + error.what());
  }
}

base::Json read_json(const std::string& text, size_t limit) {
  try {
    base::Json json = base::parse_json(text, {.depth = 16, .unique_members = true});
    if (json.is_null()) return base::Json::object();
    if (!json.is_object()) throw http::BadRequest(400, "The JSON body must be an object.");
    if (json.members().size() > limit) throw http::BadRequest(400, "The JSON body has too many members.");
    return json;
  } catch (const base::JsonError& error) {
    throw http::BadRequest(400, std::string("The body is no valid JSON: ") + error.what());
  }
}

base::Json read_body(const http::Request& request, size_t limit) {
  base::Json body = base::Json::object();
  if (request.method != http::Method::post || request.body.empty()) return body;
  const std::string type =
      base::lower(base::trim(request.content_type.substr(0, request.content_type.find(';'))));
  if (type == "application/json") return read_json(request.body, limit);
  if (type != "application/x-www-form-urlencoded")
    throw http::BadRequest(415, "The body must be application/x-www-form-urlencoded or application/json.");
  for (auto& [name, value] : read_form(request.body, limit, "body")) {
    // A field that comes twice counts as an array, as in v3: it equals no token.
    if (base::Json* before = body.find(name)) {
      if (!before->is_array()) *before = base::Json::array({std::move(*before)});
      before->elements().emplace_back(std::move(value));
    } else {
      body.members().emplace_back(std::move(name), std::move(value));
    }
  }
  return body;
}

/// Nothing that a header could be broken with, and ASCII only.
std::string location(std::string_view url) {
  std::string out;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F)
      out += c;
    else
      out += http::encode_strict(std::string_view(&c, 1));
  }
  return out;
}

}  // namespace

Context::Context(const Services& lent, const http::Request& asked, Target where)
    : services(lent), request(asked), options(lent.options), target(std::move(where)) {
  for (const providers::Provider& known : services.providers)
    if (known.id == target.argument && target.known) provider = &known;
  query = read_form(request.query, options.limits.fields, "query");
  cookies = read_cookies(request, options.limits.fields);
  body = read_body(request, options.limits.fields);
}

std::string Context::field(std::string_view name) const { return body.text_of(name).value_or(""); }

std::string Context::cookie(const Cookie& which) const { return cookies.find(which.name).value_or(""); }

store::Store& Context::store() {
  if (!services.database) throw model::ConfigError("database: this needs one, and it is null");
  if (!store_) store_ = services.database->lend();
  return *store_;
}

void Context::set_cookie(const Cookie& which, std::string_view value, std::optional<base::Time> expires) {
  http::CookieOptions with = which.options;
  if (expires) with.expires = expires;
  set_cookies_.push_back(http::set_cookie(which.name, value, with));
}

void Context::set_token_cookie(const Cookie& which, std::string_view token, base::Time expires) {
  http::CookieOptions with = which.options;
  with.expires = expires;
  set_cookies_.push_back(http::set_plain_cookie(which.name, token, with));
}

void Context::clear_cookie(const Cookie& which) {
  http::CookieOptions with = which.options;
  with.max_age = 0;
  with.expires = now();
  set_cookies_.push_back(http::set_cookie(which.name, "", with));
}

http::Response Context::json(const base::Json& value, int status) const {
  return json_text(base::to_json(value), status);
}

http::Response Context::json_text(std::string text, int status) const {
  http::Response response{.status = status, .headers = {}, .body = std::move(text)};
  response.headers.reserve(4);  // with cookies
  response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  return response;
}

http::Response Context::text(int status, const std::string& line) const {
  return {.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = line};
}

http::Response Context::redirect(const std::string& url, int status) const {
  if (field("json") == "true") return json(base::Json::object({{"url", url}}), status);
  return {.status = 302, .headers = {{"Location", location(url)}}, .body = {}};
}

std::string Context::url(std::string_view action, std::string_view argument) const {
  const model::Site& site = options.site;
  std::string out;
  out.reserve(site.base_url.size() + site.base_path.size() + action.size() + argument.size() + 2);
  out.append(site.base_url).append(site.base_path).append("/").append(action);
  if (!argument.empty()) out.append("/").append(argument);
  return out;
}

std::string Context::error_url(std::string_view code) const {
  return http::with_query(url("error"), {{"error", std::string(code)}});
}

http::Response Context::finish(http::Response response) {
  for (std::string& cookie : set_cookies_) response.headers.emplace_back("Set-Cookie", std::move(cookie));
  set_cookies_.clear();
  return response;
}

}  // namespace routes
