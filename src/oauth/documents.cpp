#include <algorithm>

#include "base/text.hpp"
#include "oauth/oauth.hpp"

namespace oauth {
namespace {

/// Cache-Control: max-age (RFC 9111 §5.2.2.1), within bounds: a provider that forbids keeping its keys would
/// have them fetched at every sign-in, one that never lets them go could never take a key back.
base::Seconds lifetime(const http::Answer& answer) {
  const std::string control = base::lower(answer.header("Cache-Control"));
  if (control.find("no-store") != std::string::npos || control.find("no-cache") != std::string::npos)
    return Documents::least_lifetime;
  const std::chrono::seconds age =
      answer.seconds("Cache-Control", "max-age").value_or(Documents::default_lifetime);
  return std::clamp<base::Seconds>(age, Documents::least_lifetime, Documents::most_lifetime);
}

Documents::Known read(const std::string& url, const std::string& body) {
  auto json = base::try_parse_json(body, {.depth = 16, .unique_members = true});
  if (!json || !json->is_object()) throw AuthError(Code::OAuthCallback, url + ": no JSON object");
  return std::make_shared<const base::Json>(std::move(*json));
}

std::string refetch_mark(const std::string& url) { return "refetched " + url; }

}  // namespace

Documents::Documents(http::Client& client, DocumentCache& cache, const base::Clock& clock)
    : client_(client), cache_(cache), clock_(clock) {}

Documents::Known Documents::get(const std::string& url) {
  if (Known known = remembered(url)) return known;
  check_recent_failure(url);
  const base::Time begun = clock_.now();
  try {
    return fetch_and_remember(url);
  } catch (const AuthError& error) {
    if (clock_.now() - begun >= slow_failure) note_failure(url, error.what());
    throw;
  }
}

Documents::Known Documents::get_again(const std::string& url) {
  if (Known newer = newer_elsewhere(url)) return newer;
  if (!may_fetch_again(url)) return {};
  return fetch_and_remember(url);
}

std::vector<crypto::Key> Documents::keys(const std::string& url, const std::optional<std::string>& kid) {
  return keys_of(url, get(url), kid);
}

std::vector<crypto::Key> Documents::keys_again(const std::string& url,
                                               const std::optional<std::string>& kid) {
  const Known again = get_again(url);
  return again ? keys_of(url, again, kid) : std::vector<crypto::Key>{};
}

std::vector<crypto::Key> Documents::keys_of(const std::string& url, const Known& set,
                                            const std::optional<std::string>& kid) {
  // None if another thread has put a newer set in its place meanwhile.
  std::shared_ptr<crypto::MadeKeys> made;
  if (const auto one = held(url); one && one->json == set) made = one->keys;
  return crypto::read_jwk_set(*set, kid, crypto::MadeKeys::most, made.get());
}

Documents::Known Documents::fetch_and_remember(const std::string& url) {
  const Document document = fetch(url);
  Known known = read(url, document.body);
  cache_.keep(url, document);
  hold(url, document, known);
  return known;
}

void Documents::check_recent_failure(const std::string& url) {
  const base::Time now = clock_.now();
  const std::scoped_lock lock(mutex_);
  const auto found = failures_.find(url);
  // One that lies in the future is of before the clock went back.
  if (found == failures_.end() || found->second.at > now || now >= found->second.at + failure_lifetime)
    return;
  throw AuthError(Code::OAuthCallback, found->second.why);
}

void Documents::note_failure(const std::string& url, const std::string& why) {
  const base::Time now = clock_.now();
  const std::scoped_lock lock(mutex_);
  std::erase_if(failures_, [&](const auto& one) { return now >= one.second.at + failure_lifetime; });
  failures_.insert_or_assign(url, Failure{why, now});
}

bool Documents::may_fetch_again(const std::string& url) {
  const std::scoped_lock lock(refetching_);
  const std::string mark = refetch_mark(url);
  if (held(mark) || cached(mark)) return false;
  const base::Time now = clock_.now();
  const Document document{"", now, now + refetch_interval};
  cache_.keep(mark, document);
  hold(mark, document, nullptr);
  return true;
}

Document Documents::fetch(const std::string& url) {
  try {
    const http::Answer answer = client_.send({.method = "GET",
                                              .url = url,
                                              .headers = {{"Accept", "application/json"}},
                                              .body = {},
                                              .follow = true});
    if (answer.status != 200)
      throw AuthError(Code::OAuthCallback, url + ": status " + std::to_string(answer.status));
    const base::Time now = clock_.now();
    return {answer.body, now, now + lifetime(answer)};
  } catch (const http::Unreachable& error) {
    throw AuthError(Code::OAuthCallback, error.what());
  }
}

std::optional<Documents::Held> Documents::held(const std::string& url) {
  const base::Time now = clock_.now();
  const std::scoped_lock lock(mutex_);
  const auto found = memory_.find(url);
  return found != memory_.end() && found->second.expires > now ? std::optional(found->second) : std::nullopt;
}

std::optional<Document> Documents::cached(const std::string& url) {
  auto document = cache_.find(url);
  const base::Time now = clock_.now();
  // `fetched` in the future: the clock has gone back, and the lifetime means nothing.
  return document && document->expires > now && document->fetched <= now ? document : std::nullopt;
}

Documents::Known Documents::remembered(const std::string& url) {
  if (auto known = held(url)) return known->json;
  const auto document = cached(url);
  if (!document) return {};
  Known known = read(url, document->body);
  hold(url, *document, known);
  return known;
}

Documents::Known Documents::newer_elsewhere(const std::string& url) {
  const auto document = cached(url);
  if (!document) return {};
  {
    const std::scoped_lock lock(mutex_);
    const auto known = memory_.find(url);
    if (known != memory_.end() && document->fetched <= known->second.fetched) return {};
  }
  Known known = read(url, document->body);
  hold(url, *document, known);
  return known;
}

void Documents::hold(const std::string& url, const Document& document, Known known) {
  const base::Time now = clock_.now();
  const std::scoped_lock lock(mutex_);
  // A provider that names another key set each time must not fill the memory with them.
  std::erase_if(memory_, [&](const auto& one) { return one.second.expires <= now; });
  memory_.insert_or_assign(
      url, Held{document.fetched, document.expires, std::move(known), std::make_shared<crypto::MadeKeys>()});
}

}  // namespace oauth
