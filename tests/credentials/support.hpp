#pragma once
// What every kind's test needs: the parts, with the comparisons counted.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "../store/scratch.hpp"
#include "credentials/credentials.hpp"

namespace credentials_test {

using base::Json;
using credentials::authorize;
using credentials::Unavailable;

struct World {
  scratch::Folder folder;
  std::unique_ptr<http::Client> client = http::make_client({});
  hooks::Hooks hooks;
  std::vector<std::string> lines;  // what is logged
  base::LogSink sink{[this](std::string_view line) { lines.emplace_back(line); }};
  base::Log log;
  credentials::UsualHash usual{nullptr};
  std::vector<std::string> compared;  // the hashes passwords were compared with
  credentials::Parts parts{.client = *client,
                           .hooks = hooks,
                           .log = log,
                           .usual = usual,
                           .matches = [this](std::string_view password, std::string_view hash) {
                             compared.emplace_back(hash);
                             return crypto::password_matches(password, hash);
                           }};

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const std::string path = folder.file(name);
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  /// The user as JSON; "" if refused.
  std::string ask(const credentials::Authorize& kind, const Json& fields) const {
    const auto user = authorize(kind, fields, parts);
    return user ? base::to_json(*user) : "";
  }

  /// Why it could not be found out; "" if it could.
  std::string trouble(const credentials::Authorize& kind, const Json& fields) const {
    try {
      authorize(kind, fields, parts);
    } catch (const Unavailable& error) {
      return error.what();
    }
    return "";
  }

  std::string logged() const {
    std::string all;
    for (const std::string& line : lines) all += line;
    return all;
  }
};

inline Json login(const std::string& username, const std::string& password) {
  return Json::object({{"username", username}, {"password", password}});
}

// Hashes of "secret".
inline const std::string bcrypt = "$2y$05$8Ws8PPIEaLZft40kWhI6r.2JfnWCEVwXYrO/WGGnzCvFpCt36Rw3e";
inline const std::string yescrypt =
    "$y$j75$abcdefghijklmnopqrstu1$6pIvQ9bihtyD3yOSEIjSlLHt74yHct5WhTR2wpaqCD0";
inline const std::string apr1 = "$apr1$r31.....$G/cElGhD0cboYkZN5h5Ne/";

}  // namespace credentials_test
