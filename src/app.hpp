#pragma once
// Builds and owns every part, and hands out references.
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "config/config.hpp"
#include "oauth/oauth.hpp"
#include "routes/routes.hpp"

/// A site, ready to answer.
class App {
 public:
  explicit App(config::Config);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  http::Response answer(const http::Request&);
  /// Gives up what the site does not need of its host, unless it is configured not to. For the calling thread
  /// and those that it starts.
  void confine() const;
  const config::Config& config() const { return config_; }
  const base::Log& log() const { return log_; }

 private:
  const base::Secret& secret();
  const auth::Jwt& jwt();

  config::Config config_;
  const base::Clock& clock_;
  base::Log log_;
  std::unique_ptr<store::Pool> database_;  // null pointer if there is none
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<oauth::DocumentCache> cache_;
  oauth::Documents documents_;
  std::unique_ptr<hooks::Hooks> hooks_;
  credentials::UsualHash usual_hash_;
  credentials::Parts credentials_;
  // Made at their first use, and nothing but read from then on.
  std::atomic<bool> has_secret_{false};
  std::atomic<bool> has_jwt_{false};
  std::optional<auth::Jwt> jwt_;
  std::mutex mutex_;
  std::optional<routes::Services> services_;
};
