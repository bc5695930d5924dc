#pragma once
#include <vector>

#include "store/connection.hpp"

namespace store {

/// What is still to be applied, by number.
std::vector<Migration> pending(Connection&);

/// Applies what is pending, once, even when many processes start together: all of it or nothing.
void migrate(Connection&, const base::Clock&, const base::Log&);

}  // namespace store
