#pragma once
// A whole site in memory - real routes, real database in a temporary file - with a provider that may lie, and
// browsers that visit it.
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../store/scratch.hpp"
#include "fakes.hpp"
#include "hostile_provider.hpp"
#include "routes/routes.hpp"

namespace support {

using base::Json;

/// What a site is made with.
struct Setup {
  std::string base_url = "https://example.com";
  std::string base_path = "/api/auth";
  bool database = true;
  bool jwt = false;
  Json op = Json::object();     // laid over the OpenID provider's entry
  std::vector<Json> more = {};  // further providers' entries
  bool json_log = false;
};

/// An answer, as a test looks at it.
struct Reply : http::Response {
  std::string location;                  // "" if there is none
  std::vector<std::string> set_cookies;  // as they came

  std::string header(const std::string& name) const;
  Json json() const { return base::parse_json(body); }
  /// The "url" of an answer to json=true.
  std::string url() const { return json().text_of("url").value_or(""); }
  /// The Set-Cookie that begins with this name; "" if there is none.
  std::string cookie(const std::string& name) const;
};

class World;

/// Keeps cookies as browsers do, and sends them where browsers do.
class Browser {
 public:
  explicit Browser(World& world) : world_(world) {}

  /// `where`: a path below the base path, or an address that this site named.
  Reply get(const std::string& where) { return ask("GET", where, {}, ""); }
  Reply head(const std::string& where) { return ask("HEAD", where, {}, ""); }
  Reply post(const std::string& where, const http::Pairs& form);
  Reply post_json(const std::string& where, const Json& body);
  /// From another site's page: SameSite=Lax cookies stay at home, those of the answer are kept.
  Reply post_from_elsewhere(const std::string& where, const http::Pairs& form);

  /// This browser's CSRF token, asked for where there is none yet.
  std::string csrf();
  /// Presses the button of this provider: the answer leads there.
  Reply start(const std::string& id = "op", const http::Pairs& more = {}, const std::string& query = "");
  /// The address that the provider sends the person back to.
  std::string approve(const Reply& started, const std::string& id = "op");
  /// All of it; the callback's answer.
  Reply sign_in(const std::string& id = "op", const http::Pairs& more = {});
  Reply sign_out(const http::Pairs& more = {});
  Json session() { return get("/session").json(); }

  std::map<std::string, std::string> cookies;  // as they were set, encoded
  std::string accept_language;

 private:
  Reply ask(const std::string& method, const std::string& where, const std::string& type,
            const std::string& body, bool with_cookies = true);
  void keep(const Reply&);

  World& world_;
};

class World {
 public:
  explicit World(const Setup& = {});
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  FakeClock clock;
  FakeRandom random;
  FakeClient client;
  FakeHooks hooks;
  FakeCache cache;
  HostileProvider op{client, clock};
  scratch::Folder folder;
  std::vector<std::string> log;  // all lines, debug ones too
  routes::Options options;
  std::vector<providers::Provider> providers;
  base::Secret secret{"the-site's-s3cret"};
  auth::JwtOptions jwt;
  std::unique_ptr<store::Pool> database;
  credentials::UsualHash usual_hash{nullptr};
  Browser browser{*this};

  // What most tests do with the one browser.
  Reply get(const std::string& where) { return browser.get(where); }
  Reply post(const std::string& where, const http::Pairs& form) { return browser.post(where, form); }
  Reply start(const std::string& id = "op", const http::Pairs& more = {}) { return browser.start(id, more); }
  Reply sign_in(const std::string& id = "op", const http::Pairs& more = {}) {
    return browser.sign_in(id, more);
  }
  Json session() { return browser.session(); }

  Reply answer(const http::Request&);
  /// The request behind an address below the base path.
  http::Request request(const std::string& method, const std::string& where) const;
  std::string root() const { return options.site.root(); }
  /// BASE/error?error=CODE
  std::string error(const std::string& code) const { return root() + "/error?error=" + code; }
  bool logged(const std::string& text) const;
  std::string log_text() const;
  /// What SQLite itself answers.
  std::string sql(const std::string& statement) const {
    return scratch::sql(folder.file("auth.db"), statement);
  }

 private:
  base::Log log_;
  base::LogSink sink_{[this](std::string_view line) { log.emplace_back(line); }};
  std::optional<auth::Jwt> jwt_keys_;
  std::unique_ptr<oauth::Documents> documents_;
  credentials::Parts credentials_{.client = client, .hooks = hooks, .log = log_, .usual = usual_hash};
  std::unique_ptr<routes::Services> services_;
};

/// Signs in, which must not succeed: "CODE: reason in the log". Nobody is signed in or kept then.
std::string refusal(World&, const std::string& id = "op");
/// The same for an answer at the callback.
std::string refusal_of(World&, const Reply&);

}  // namespace support
