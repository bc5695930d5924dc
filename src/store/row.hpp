#pragma once
// Private to store/: columns as values.
#include "store/connection.hpp"

namespace store {

/// The id as the columns hold it; none for an id that this database never made, as a foreign token may bring.
std::optional<std::int64_t> row_id(const std::string& id);

std::optional<std::string> optional_text(const Row&, int column);
std::string text(const Row&, int column);
std::optional<base::Time> time(const Row&, int column);
/// A date that cannot be read lies in the past.
base::Time expiry(const Row&, int column);
/// From the columns id, name, email, image, email_verified, created_at, updated_at.
model::User read_user(const Row&, int first = 0);

}  // namespace store
