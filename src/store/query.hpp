#pragma once
// Reading with a statement of the site owner's, from whatever database.
#include <chrono>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "store/store.hpp"

namespace store {

/// What is given for a parameter of the statement is missing, or is a list or an object.
struct BadParameter : StoreError {
  using StoreError::StoreError;
};

struct QueryLimits {
  size_t rows = 100;
  size_t bytes = size_t{1} << 20;  // of one value, and of all of a row
  std::chrono::milliseconds time{5000};
};

/// Whether it can be a single SELECT; "" if so, else what it is instead: "must be a single SELECT …".
std::string select_problem(const std::string& sql);

/// The rows of a SELECT as objects, one member a column. Its parameters (:NAME, @NAME or $NAME) are bound to
/// the members of that name, which must be texts, numbers, booleans or null. The database is only ever read.
/// Throws BadParameter, and StoreError if the statement is no single SELECT, fails, or goes beyond a limit;
/// neither holds a value.
std::vector<base::Json> query(const Options&, const std::string& sql, const base::Json& parameters,
                              const QueryLimits& = {});

/// The same for a single SELECT, INSERT, UPDATE or DELETE, which is committed when it has ended well. The
/// rows are those of RETURNING.
std::vector<base::Json> change(const Options&, const std::string& sql, const base::Json& parameters,
                               const QueryLimits& = {});

}  // namespace store
