#pragma once
#include "store/admin.hpp"
#include "store/connection.hpp"

namespace store {

/// Deletes at most `batch` expired rows of each kind.
Expired delete_expired(Connection&, base::Time now, size_t batch);

}  // namespace store
