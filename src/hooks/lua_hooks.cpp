// The owner's callbacks in callbacks.lua.
#include <mutex>

#include "base/text.hpp"
#include "hooks/lua_state.hpp"
#include "model/error.hpp"

namespace hooks {
namespace {

using base::Json;
using Arguments = std::initializer_list<const Json*>;

/// What the visitor sees of a mistake in the owner's code: v3's code for a callback that failed.
constexpr const char* fault = "Callback";

const char* kind(const Json& value) {
  if (value.is_null()) return "nothing";
  if (value.is_bool()) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a text";
  return value.is_array() ? "a list" : "a table";
}

class LuaHooks final : public Hooks {
 public:
  LuaHooks(LuaOptions options, LuaServices services)
      : options_(std::move(options)), services_(std::move(services)) {}

  SignInAnswer sign_in(const Json& user, const Json& account, const Json& profile) override {
    constexpr Callback which{nullptr, "signIn"};
    const auto said = call(which, {&user, &account, &profile});
    // As in v3 only false refuses; a text is where to go instead.
    if (!said) return {};
    if (said->is_bool()) return {.allowed = said->boolean(), .redirect = {}};
    if (!said->is_string()) return {};
    return {.allowed = true, .redirect = checked_url(which, said->text())};
  }

  std::string redirect(const std::string& url, const std::string& base_url) override {
    constexpr Callback which{nullptr, "redirect"};
    const Json to(url), base(base_url);
    try {
      const auto said = call(which, {&to, &base});
      if (!said) return Hooks::redirect(url, base_url);
      if (said->is_falsy()) return base_url;
      if (!said->is_string()) refuse(which, "must return a text, not ", *said);
      return checked_url(which, said->text());
    } catch (const Rejected& rejected) {
      throw model::ConfigError(std::string("callbacks: redirect ") + rejected.what());
    } catch (const LuaThrown& thrown) {
      // v3 never answers then. It runs on every request, the error page's too: no redirect would end this.
      throw model::ConfigError(std::string("callbacks: redirect failed: ") + thrown.what());
    }
  }

  Json session(Json session, const Json& user_or_token) override {
    return in_order_of(object({nullptr, "session"}, {&session, &user_or_token}).value_or(session), session);
  }

  bool are_defaults() const override { return false; }

  Json jwt(Json token, const Json& user, const Json& account, const Json& profile,
           std::optional<bool> is_new_user) override {
    const Json is_new(is_new_user);
    return new_token(token, {&token, &user, &account, &profile, &is_new});
  }

  Json jwt(Json token) override { return new_token(token, {&token, nullptr, nullptr, nullptr, nullptr}); }

  Json authorize(const Json& credentials) override {
    constexpr Callback which{nullptr, "authorize"};
    auto user = call(which, {&credentials});
    if (!user) throw model::ConfigError("callbacks: " + options_.file + " has no function authorize");
    if (user->is_falsy()) return {};
    if (!user->is_object()) refuse(which, "must return a user, or nil to refuse, not ", *user);
    return std::move(*user);
  }

  bool protect(const Json& user, const std::string& path) override {
    constexpr Callback which{nullptr, "protect"};
    const Json where(path);
    const auto said = call(which, {&user, &where});
    if (!said) throw model::ConfigError("callbacks: " + options_.file + " has no function protect");
    // Only true opens: a number or a text may well be a mistake.
    return said->is_bool() && said->boolean();
  }

  std::optional<Json> profile(const std::string& provider_id, const Json& profile,
                              const Json& tokens) override {
    return object({"profile", provider_id}, {&profile, &tokens});
  }

  void event(std::string_view name, const Json& message) override {
    const Callback which{"events", name};
    try {
      attempt(which, {&message});
    } catch (const LuaFailure& failure) {
      log("event_error", which, failure.what(), base::Level::error);
    }
  }

 private:
  /// A Thrown that is told from those of the defaults.
  struct LuaThrown : Thrown {
    using Thrown::Thrown;
  };

  Json new_token(const Json& token, Arguments arguments) {
    return in_order_of(object({nullptr, "jwt"}, arguments).value_or(token), token);
  }

  /// What a function gives that must give a table; none if there is no such function.
  std::optional<Json> object(const Callback& which, Arguments arguments) {
    auto value = call(which, arguments);
    if (value && !value->is_object()) refuse(which, "must return a table with names, not ", *value);
    return value;
  }

  [[noreturn]] void refuse(const Callback& which, const char* why, const Json& value) {
    log("callback_error", which, which.text() + " " + why + kind(value), base::Level::error);
    throw LuaThrown(fault);
  }

  /// A path or an http(s) URL: anything else a browser might run ("javascript:"), or refuse.
  std::string checked_url(const Callback& which, const std::string& url) {
    const bool leads_somewhere = url.starts_with("/") || http::parse_url_as_browser(url);
    if (leads_somewhere && url.size() <= options_.limits.url && !base::has_control(url)) return url;
    log("callback_error", which,
        which.text() + " gives what is neither a path nor an http(s) URL, or is too long",
        base::Level::error);
    throw LuaThrown(fault);
  }

  std::optional<Json> call(const Callback& which, Arguments arguments) {
    try {
      return attempt(which, arguments);
    } catch (const LuaFailure& failure) {
      const bool on_purpose = !failure.message.empty() || !failure.redirect.empty();
      log("callback_error", which, failure.what(), on_purpose ? base::Level::warn : base::Level::error);
      if (!failure.redirect.empty()) throw Rejected(checked_url(which, failure.redirect));
      if (failure.message.empty() || !base::is_utf8(failure.message)) throw LuaThrown(fault);
      throw LuaThrown(std::string(base::cut(failure.message, options_.limits.message)));
    }
  }

  std::optional<Json> attempt(const Callback& which, Arguments arguments) {
    auto state = take();
    try {
      auto value = state->call(which, arguments);
      give_back(std::move(state));
      return value;
    } catch (const LuaFailure& failure) {
      if (!failure.used_up) give_back(std::move(state));
      throw;
    }
  }

  void log(std::string_view code, const Callback& which, const std::string& reason, base::Level level) {
    if (services_.log) services_.log->write(level, code, {{"callback", which.text()}, {"reason", reason}});
  }

  std::unique_ptr<LuaState> take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        auto state = std::move(idle_.back());
        idle_.pop_back();
        return state;
      }
    }
    try {
      return std::make_unique<LuaState>(options_, services_);
    } catch (const LuaUnusable& problem) {
      throw model::ConfigError(std::string("callbacks: ") + problem.what());
    }
  }

  void give_back(std::unique_ptr<LuaState> state) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(state));
  }

  const LuaOptions options_;
  const LuaServices services_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<LuaState>> idle_;
};

}  // namespace

std::unique_ptr<Hooks> make_lua_hooks(LuaOptions options, LuaServices services) {
  return std::make_unique<LuaHooks>(std::move(options), std::move(services));
}

std::vector<LuaProblem> check_lua(const LuaOptions& options) {
  try {
    const LuaServices none;
    LuaState state(options, none);
    return {};
  } catch (const LuaUnusable& unusable) {
    return unusable.problems;
  }
}

}  // namespace hooks
