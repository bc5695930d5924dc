#include "fakes.hpp"

#include <algorithm>

namespace support {
namespace {

std::string without_query(const std::string& url) { return url.substr(0, url.find('?')); }

}  // namespace

http::Answer FakeClient::send(const http::Outgoing& request) {
  requests.push_back(request);
  const auto url = http::parse_url(request.url);
  if (!url || url->userinfo) throw http::Unreachable("not an http(s) URL");
  if (!http::is_trustworthy(*url)) throw http::Unreachable("plain http is for loopback addresses only");
  const auto found = answers_.find(without_query(request.url));
  if (found == answers_.end()) throw http::Unreachable(without_query(request.url), "nobody is there");
  return found->second(request);
}

void FakeClient::on(const std::string& url, int status, const std::string& body) {
  on(url, [=](const http::Outgoing&) { return http::Answer{status, {}, body}; });
}

void FakeClient::off(const std::string& url, const std::string& why) {
  on(url, [=](const http::Outgoing&) -> http::Answer { throw http::Unreachable(url, why); });
}

size_t FakeClient::count(const std::string& url) const {
  return size_t(std::count_if(requests.begin(), requests.end(), [&](const http::Outgoing& request) {
    return without_query(request.url) == url;
  }));
}

std::optional<oauth::Document> FakeCache::find(const std::string& url) {
  const auto found = documents.find(url);
  if (found == documents.end()) return {};
  return found->second;
}

hooks::SignInAnswer FakeHooks::sign_in(const base::Json& user, const base::Json& account,
                                       const base::Json& profile) {
  return on_sign_in ? on_sign_in(user, account, profile) : Hooks::sign_in(user, account, profile);
}

std::string FakeHooks::redirect(const std::string& url, const std::string& base_url) {
  return on_redirect ? on_redirect(url) : Hooks::redirect(url, base_url);
}

base::Json FakeHooks::session(base::Json session, const base::Json& user_or_token) {
  return on_session ? on_session(std::move(session), user_or_token) : session;
}

base::Json FakeHooks::jwt(base::Json token, const base::Json& user, const base::Json& account,
                          const base::Json& profile, std::optional<bool> is_new_user) {
  jwt_arguments = base::Json::array({user, account, profile, is_new_user});
  return jwt(std::move(token));
}

base::Json FakeHooks::jwt(base::Json token) { return on_jwt ? on_jwt(std::move(token)) : token; }

base::Json FakeHooks::authorize(const base::Json& credentials) {
  return on_authorize ? on_authorize(credentials) : Hooks::authorize(credentials);
}

bool FakeHooks::protect(const base::Json& user, const std::string& path) {
  return on_protect ? on_protect(user, path) : Hooks::protect(user, path);
}

void FakeHooks::event(std::string_view name, const base::Json& message) {
  events.emplace_back(name, message);
  if (on_event) on_event(name);
}

std::string FakeHooks::event_names() const {
  std::string names;
  for (const auto& [name, message] : events) names += (names.empty() ? "" : " ") + name;
  return names;
}

}  // namespace support
