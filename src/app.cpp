#include "app.hpp"

#include <cstdlib>

#include "store/query.hpp"

namespace {

/// Providers' documents in the database: neighbours that meet here.
class DatabaseCache : public oauth::DocumentCache {
 public:
  DatabaseCache(store::Pool& pool, const base::Log& log) : pool_(pool), log_(log) {}

  std::optional<oauth::Document> find(const std::string& url) override {
    const auto found = pool_.lend()->document(url);
    if (!found) return {};
    return oauth::Document{found->body, found->fetched, found->expires};
  }

  void keep(const std::string& url, const oauth::Document& document) override {
    try {
      pool_.lend()->save_document(url, {document.body, document.fetched, document.expires});
    } catch (const model::StoreError& error) {
      log_.warn("database_error", {{"reason", error.what()}});  // it is fetched again, no more
    }
  }

 private:
  store::Pool& pool_;
  const base::Log& log_;
};

/// Without a database: this process's memory is all there is.
class NoCache : public oauth::DocumentCache {
 public:
  std::optional<oauth::Document> find(const std::string&) override { return {}; }
  void keep(const std::string&, const oauth::Document&) override {}
};

std::unique_ptr<oauth::DocumentCache> make_cache(store::Pool* pool, const base::Log& log) {
  if (pool) return std::make_unique<DatabaseCache>(*pool, log);
  return std::make_unique<NoCache>();
}

/// The defaults alone where there is no callbacks.lua. db.query meets the database here.
std::unique_ptr<hooks::Hooks> make_hooks(const config::Config& config, http::Client& client,
                                         const base::Log& log) {
  if (!config.callbacks) return std::make_unique<hooks::Hooks>();
  hooks::LuaServices services{.client = &client, .query = {}, .log = &log};
  if (config.database)
    services.query = [database = *config.database,
                      run = config.callbacks->changes_database ? store::change : store::query](
                         const std::string& sql, const base::Json& parameters) {
      constexpr store::QueryLimits limits{.rows = 500, .bytes = 65536};
      return base::Json(run(database, sql, parameters, limits));
    };
  return hooks::make_lua_hooks(*config.callbacks, std::move(services));
}

// A sanitizer looks at its own process at its end, and starts a program to tell what it has found.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

}  // namespace

App::App(config::Config config)
    : config_(std::move(config)),
      clock_(base::system_clock()),
      log_(config_.log, clock_),
      database_(config_.database ? std::make_unique<store::Pool>(*config_.database, clock_, log_) : nullptr),
      client_(http::make_client(config_.client)),
      cache_(make_cache(database_.get(), log_)),
      documents_(*client_, *cache_, clock_),
      hooks_(make_hooks(config_, *client_, log_)),
      usual_hash_(database_.get()),
      credentials_{.client = *client_, .hooks = *hooks_, .log = log_, .usual = usual_hash_} {
  services_.emplace(routes::Services{config_.routes, config_.providers, database_.get(), *hooks_, documents_,
                                     *client_, clock_, crypto::system_random(), log_,
                                     [this]() -> const auth::Jwt& { return jwt(); },
                                     [this]() -> const base::Secret& { return secret(); }, credentials_});
}

App::~App() = default;

http::Response App::answer(const http::Request& request) { return routes::handle(*services_, request); }

void App::confine() const {
  if (!config_.sandbox || sanitized) return;
  const auto left = config::confinement(config_, config::process_environment());
  if (!left) {
    log_.debug(
        "sandbox_off",
        {{"reason", "a sendmail or a command is configured, the database is in /, or LD_PRELOAD is set"}});
    return;
  }
  // Where a query that sorts very much keeps what does not fit into memory; no other place is left.
  if (!left->writable.empty()) ::setenv("SQLITE_TMPDIR", left->writable.front().c_str(), 0);
  const base::Confined got = base::confine(*left);
  log_.debug("sandbox",
             {{"landlock", std::to_string(got.landlock)}, {"seccomp", got.seccomp ? "on" : "off"}});
}

const base::Secret& App::secret() {
  if (has_secret_) return config_.secret;
  const std::scoped_lock lock(mutex_);
  if (config_.secret.empty() && database_)
    config_.secret = base::Secret(
        database_->lend()->setting("secret", [] { return crypto::random_hex(crypto::system_random(), 32); }));
  has_secret_ = true;
  return config_.secret;
}

const auth::Jwt& App::jwt() {
  if (has_jwt_) return *jwt_;
  const base::Secret& fallback = secret();
  const std::scoped_lock lock(mutex_);
  if (!jwt_) {
    if (config_.jwt.secret.empty()) config_.jwt.secret = fallback;
    jwt_.emplace(config_.jwt);
    has_jwt_ = true;
  }
  return *jwt_;
}
