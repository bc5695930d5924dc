#pragma once
// The options of every part, out of a JSON file and the process's environment.
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/sandbox.hpp"
#include "base/secret.hpp"
#include "hooks/hooks.hpp"
#include "http/client.hpp"
#include "routes/routes.hpp"
#include "store/store.hpp"

namespace config {

struct Config {
  std::filesystem::path file;  // it came from
  routes::Options routes;
  auth::JwtOptions jwt;                    // its secret is empty unless jwt.secret is configured
  base::Secret secret;                     // empty: one is made on first use and kept in the database
  std::optional<store::Options> database;  // none: nothing is stored
  std::vector<providers::Provider> providers;
  std::optional<hooks::LuaOptions> callbacks;
  http::ClientOptions client;
  base::LogOptions log;
  int threads = 8;              // requests at once in one FastCGI process
  bool allow_readable = false;  // the owner knows that other users of the machine can read the file
  bool sandbox = true;          // a FastCGI process gives up what it does not need
};

struct Problem {
  std::string file;
  size_t line = 0;      // 0 where there is none
  std::string key;      // "providers[0].clientId"; "" for all of it
  std::string message;  // a sentence that says what to do
  bool warning = false;

  /// "nextauth.json:14: providers[0].clientID: unknown key (did you mean \"clientId\"?)"
  std::string text() const;
};

/// Whether one of them is more than a warning.
bool any_error(const std::vector<Problem>&);

struct Loaded {
  Config config;  // to be used only if there are no errors
  std::vector<Problem> problems;

  bool usable() const;
};

/// The value of an environment variable of the process; none if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

/// Finds and reads the configuration. Every problem is reported, not only the first. Throws nothing but
/// std::bad_alloc. `beside`: the executable's folder.
Loaded load(const Environment&, const std::filesystem::path& beside);

/// What the modes of configuration, database and callbacks let every user of this machine do: read secrets,
/// or change what counts. Serving goes on all the same, as many a host has only such modes to offer.
std::vector<Problem> exposures(const Config&);

/// What a process that serves this needs of its host; none if its database lies in /, if LD_PRELOAD is set,
/// or if it starts programs of the owner's (sendmail, a command), of which nobody knows what they need: to be
/// setuid, say, or to write to a queue.
std::optional<base::Confinement> confinement(const Config&, const Environment&);

}  // namespace config
