#pragma once
// What comes from outside - time, chance, the network, the owner's callbacks - as a test wants it.
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/crypto.hpp"
#include "hooks/hooks.hpp"
#include "http/client.hpp"
#include "oauth/oauth.hpp"

namespace support {

using namespace std::chrono_literals;

struct FakeClock : base::Clock {
  base::Time time = base::parse_time("2026-11-23 16:00:00").value();
  base::Time now() const override { return time; }
  void advance(std::chrono::milliseconds by) { time += by; }
  long long unix_time() const { return base::unix_seconds(time); }
};

/// Bytes that never repeat, the same in every run.
struct FakeRandom : crypto::Random {
  std::uint64_t calls = 0;
  void fill(std::span<std::uint8_t> out) override {
    std::string block;
    for (size_t i = 0; i < out.size(); ++i) {
      if (i % 32 == 0) block = crypto::sha256("fake random " + std::to_string(++calls));
      out[i] = static_cast<std::uint8_t>(block[i % 32]);
    }
  }
};

/// Answers by the URL without its query; keeps what was asked.
class FakeClient : public http::Client {
 public:
  using Answering = std::function<http::Answer(const http::Outgoing&)>;

  /// Throws Unreachable, as the real one does, where nobody is set to answer and where no secret may be sent.
  http::Answer send(const http::Outgoing&) override;

  void on(const std::string& url, Answering answer) { answers_[url] = std::move(answer); }
  void on(const std::string& url, int status, const std::string& body);
  void on(const std::string& url, const base::Json& body) { on(url, 200, base::to_json(body)); }
  /// Nobody answers there: what() of the Unreachable.
  void off(const std::string& url, const std::string& why = "connection refused");
  /// How often this URL was asked for.
  size_t count(const std::string& url) const;

  std::vector<http::Outgoing> requests;

 private:
  std::map<std::string, Answering> answers_;
};

/// A database that processes share, as Documents see it.
struct FakeCache : oauth::DocumentCache {
  std::map<std::string, oauth::Document> documents;
  std::optional<oauth::Document> find(const std::string& url) override;
  void keep(const std::string& url, const oauth::Document& document) override { documents[url] = document; }
};

/// v3's defaults, save where a test has something to say; events are kept.
class FakeHooks : public hooks::Hooks {
 public:
  std::function<hooks::SignInAnswer(const base::Json& user, const base::Json& account, const base::Json&)>
      on_sign_in;
  std::function<base::Json(base::Json session, const base::Json& user_or_token)> on_session;
  std::function<base::Json(base::Json token)> on_jwt;
  std::function<std::string(const std::string& url)> on_redirect;
  std::function<base::Json(const base::Json& credentials)> on_authorize;
  std::function<bool(const base::Json& user, const std::string& path)> on_protect;
  std::function<void(std::string_view)> on_event;
  std::vector<std::pair<std::string, base::Json>> events;
  base::Json jwt_arguments;  // of the last sign-in: [user, account, profile, isNewUser]

  bool is_as_without = false;  // an owner who has no callbacks: what then need not be asked is not
  bool are_defaults() const override { return is_as_without; }
  hooks::SignInAnswer sign_in(const base::Json&, const base::Json&, const base::Json&) override;
  std::string redirect(const std::string& url, const std::string& base_url) override;
  base::Json session(base::Json, const base::Json&) override;
  base::Json jwt(base::Json, const base::Json&, const base::Json&, const base::Json&,
                 std::optional<bool>) override;
  base::Json jwt(base::Json) override;
  base::Json authorize(const base::Json&) override;
  bool protect(const base::Json&, const std::string&) override;
  void event(std::string_view name, const base::Json& message) override;
  /// "createUser linkAccount signIn"
  std::string event_names() const;
};

}  // namespace support
