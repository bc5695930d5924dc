#include "store/row.hpp"

#include <charconv>

namespace store {

std::optional<std::int64_t> row_id(const std::string& id) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc{} || end != id.data() + id.size()) return {};
  return number;
}

std::optional<std::string> optional_text(const Row& row, int column) {
  const auto value = row.text(column);
  return value ? std::optional(std::string(*value)) : std::nullopt;
}

std::string text(const Row& row, int column) { return std::string(row.text(column).value_or("")); }

std::optional<base::Time> time(const Row& row, int column) {
  const auto value = row.text(column);
  return value ? base::parse_time(*value) : std::nullopt;
}

base::Time expiry(const Row& row, int column) { return time(row, column).value_or(base::Time{}); }

model::User read_user(const Row& row, int first) {
  return {.id = text(row, first),
          .name = optional_text(row, first + 1),
          .email = optional_text(row, first + 2),
          .image = optional_text(row, first + 3),
          .email_verified = time(row, first + 4),
          .created_at = time(row, first + 5),
          .updated_at = time(row, first + 6)};
}

}  // namespace store
