#include "world.hpp"

#include "base/text.hpp"
#include "gateway/gateway.hpp"

namespace support {
namespace {

/// The headers of what is sent to the web server.
http::Pairs headers_of(std::string_view sent) {
  http::Pairs headers;
  sent = sent.substr(0, sent.find("\r\n\r\n"));
  for (size_t line = sent.find("\r\n"); line != std::string_view::npos; line = sent.find("\r\n")) {
    sent.remove_prefix(line + 2);
    const size_t colon = sent.find(": ");
    headers.emplace_back(sent.substr(0, colon), sent.substr(colon + 2, sent.find("\r\n") - colon - 2));
  }
  return headers;
}

Reply reply_of(const http::Request& request, const http::Response& response) {
  Reply reply{response, {}, {}};
  const bool is_leave = request.is_for_guard && response.status == 200;
  reply.headers = headers_of(is_leave ? gateway::write_leave(response)
                                      : gateway::write_response(response, request.method));
  for (const auto& [name, value] : reply.headers) {
    if (name == "Location") reply.location = value;
    if (name == "Set-Cookie") reply.set_cookies.push_back(value);
  }
  return reply;
}

providers::Provider provider_of(const Json& entry) {
  return providers::make_provider(entry, [](const std::string& pointer, const std::string& message) {
    FAIL_CHECK(pointer << ": " << message);
  });
}

}  // namespace

std::string Reply::header(const std::string& name) const { return http::first(headers, name).value_or(""); }

std::string Reply::cookie(const std::string& name) const {
  for (const std::string& cookie : set_cookies)
    if (cookie.starts_with(name + "=")) return cookie;
  return "";
}

World::World(const Setup& setup) : log_({.json = setup.json_log, .debug = true}, clock) {
  options.site = {setup.base_url, setup.base_path};
  options.cookies = routes::default_cookies(setup.base_url.starts_with("https:"));
  options.session.jwt = setup.jwt || !setup.database;
  options.rate_limits = {{}, {}, {}};  // none but where a test is about them
  jwt.secret = secret;
  providers.push_back(provider_of(op.entry(setup.op)));
  for (const Json& entry : setup.more) providers.push_back(provider_of(entry));
  if (setup.database)
    database =
        std::make_unique<store::Pool>(store::Options{"sqlite:" + folder.file("auth.db"), 2s}, clock, log_);
  if (database) database->lend();  // makes the tables, for tests that ask SQLite before anybody has signed in
  documents_ = std::make_unique<oauth::Documents>(client, cache, clock);
  services_ = std::make_unique<routes::Services>(
      routes::Services{options, providers, database.get(), hooks, *documents_, client, clock, random, log_,
                       [this]() -> const auth::Jwt& { return jwt_keys_.emplace(jwt); },
                       [this]() -> const base::Secret& { return secret; }, credentials_});
}

Reply World::answer(const http::Request& request) {
  return reply_of(request, routes::handle(*services_, request));
}

http::Request World::request(const std::string& method, const std::string& where) const {
  http::Request request;
  request.method_name = method;
  request.method = method == "GET"    ? http::Method::get
                   : method == "HEAD" ? http::Method::head
                   : method == "POST" ? http::Method::post
                                      : http::Method::other;
  std::string path = where.starts_with(root()) ? where.substr(root().size()) : where;
  if (const size_t mark = path.find('?'); mark != std::string::npos) {
    request.query = path.substr(mark + 1);
    path.resize(mark);
  }
  request.script_name = options.site.base_path;
  request.path_info = path;
  request.request_uri = options.site.base_path + path + (request.query.empty() ? "" : "?" + request.query);
  request.remote_address = "192.0.2.1";
  return request;
}

bool World::logged(const std::string& text) const { return log_text().find(text) != std::string::npos; }

std::string World::log_text() const {
  std::string all;
  for (const std::string& line : log) all += line;
  return all;
}

Reply Browser::ask(const std::string& method, const std::string& where, const std::string& type,
                   const std::string& body, bool with_cookies) {
  http::Request request = world_.request(method, where);
  request.content_type = type;
  request.body = body;
  request.accept_language = accept_language;
  if (with_cookies)
    for (const auto& [name, value] : cookies)
      request.cookie += (request.cookie.empty() ? "" : "; ") + name + "=" + value;
  Reply reply = world_.answer(request);
  keep(reply);
  return reply;
}

void Browser::keep(const Reply& reply) {
  for (const std::string& cookie : reply.set_cookies) {
    const std::string pair = cookie.substr(0, cookie.find(';'));
    const std::string name = pair.substr(0, pair.find('='));
    if (cookie.find("; Max-Age=0") != std::string::npos)
      cookies.erase(name);
    else if (cookie.size() <= 4096)  // browsers drop larger ones without a word
      cookies[name] = pair.substr(name.size() + 1);
  }
}

Reply Browser::post(const std::string& where, const http::Pairs& form) {
  return ask("POST", where, "application/x-www-form-urlencoded", http::encode_query(form));
}

Reply Browser::post_json(const std::string& where, const Json& body) {
  return ask("POST", where, "application/json", base::to_json(body));
}

Reply Browser::post_from_elsewhere(const std::string& where, const http::Pairs& form) {
  return ask("POST", where, "application/x-www-form-urlencoded", http::encode_query(form), false);
}

std::string Browser::csrf() { return get("/csrf").json().text_of("csrfToken").value_or(""); }

Reply Browser::start(const std::string& id, const http::Pairs& more, const std::string& query) {
  http::Pairs form{{"csrfToken", csrf()}};
  form.insert(form.end(), more.begin(), more.end());
  return post("/signin/" + id + query, form);
}

std::string Browser::approve(const Reply& started, const std::string& id) {
  REQUIRE(started.location.starts_with(std::string(HostileProvider::issuer) + "/authorize?"));
  return http::with_query("/callback/" + id, world_.op.approve(started.location));
}

Reply Browser::sign_in(const std::string& id, const http::Pairs& more) {
  return get(approve(start(id, more), id));
}

Reply Browser::sign_out(const http::Pairs& more) {
  http::Pairs form{{"csrfToken", csrf()}};
  form.insert(form.end(), more.begin(), more.end());
  return post("/signout", form);
}

std::string refusal(World& world, const std::string& id) { return refusal_of(world, world.sign_in(id)); }

std::string refusal_of(World& world, const Reply& reply) {
  CHECK(reply.status == 302);
  CHECK(world.session() == Json::object());
  CHECK(world.hooks.event_names().find("signIn") == std::string::npos);
  if (world.database) CHECK(world.sql("SELECT count(*) FROM users") == "0\n");
  const std::string front = world.error("");
  if (!reply.location.starts_with(front)) return reply.location;
  std::string reason;
  for (const std::string& line : world.log) {
    const size_t at = line.find("reason=");
    if (line.find(" error ") == std::string::npos || at == std::string::npos) continue;
    reason = line.substr(at + 7);
    reason = base::replace_all(base::trim(reason), "\"", "");
  }
  return reply.location.substr(front.size()) + ": " + reason;
}

}  // namespace support
