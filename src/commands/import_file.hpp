#pragma once
// Private to commands/: users of another system, out of a file.
#include <functional>

#include "base/json.hpp"
#include "model/model.hpp"

namespace commands {

constexpr size_t import_limit = size_t{64} << 20;  // bytes of a file
constexpr size_t text_limit = 2048;                // bytes of a name, an address, …

/// A user as the file has them; `id` is "" where the database is to make one.
struct Imported {
  size_t line = 0;
  model::User user;
  std::vector<model::Account> accounts;  // without user_id
};

struct ImportProblem {
  size_t line = 0;
  std::string message;
};

struct ImportFile {
  std::vector<Imported> users;          // that nothing is wrong with
  std::vector<ImportProblem> problems;  // by line
};

struct ImportRules {
  bool json = false;            // else CSV
  bool ignore_unknown = false;  // columns
  base::Time now;               // what `true` in email_verified means
  /// "" if users can have accounts at this provider, else what is wrong with it.
  std::function<std::string(const std::string& provider)> provider_problem;
};

/// Every problem there is in the file itself.
ImportFile read_import(std::string_view text, const ImportRules&);

}  // namespace commands
