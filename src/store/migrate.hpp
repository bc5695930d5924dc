#pragma once
#include <vector>

#include "store/connection.hpp"

namespace store {

/// What is still to be applied, by number.
std::vector<Migration> pending(Connection&);

/// Throws StoreError if these cannot be applied, as another program has tables of the same names. To be asked
/// while nobody else writes.
void check_tables(Connection&, const std::vector<Migration>&);

/// Applies what is pending, once, even when many processes start together: all of it or nothing. What this
/// call applied.
std::vector<Migration> migrate(Connection&, const base::Clock&, const base::Log&);

}  // namespace store
