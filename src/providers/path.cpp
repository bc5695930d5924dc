#include <charconv>

#include "base/text.hpp"
#include "providers/providers.hpp"

namespace providers {
namespace {

const base::Json* element(const base::Json& array, std::string_view index) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), number);
  if (error != std::errc() || end != index.data() + index.size()) return nullptr;
  return number < array.elements().size() ? &array.elements()[number] : nullptr;
}

/// The first element whose member of that name is not empty: of a person's addresses, the one that is
/// "primary".
const base::Json* element_with(const base::Json& array, std::string_view name) {
  for (const base::Json& candidate : array.elements()) {
    const base::Json* member = candidate.find(name);
    if (member && !member->is_falsy()) return &candidate;
  }
  return nullptr;
}

const base::Json* step(const base::Json& value, std::string_view name) {
  if (!value.is_array()) return value.find(name);
  if (name.size() > 1 && name.front() == '[' && name.back() == ']')
    return element_with(value, name.substr(1, name.size() - 2));
  return base::is_digits(name) ? element(value, name) : nullptr;
}

/// RFC 6901 §4: "~1" first, so that "~01" is "~1".
std::string unescape(std::string_view token) {
  return base::replace_all(base::replace_all(token, "~1", "/"), "~0", "~");
}

/// RFC 6901: an index has no leading zero, and "[name]" is nothing special.
const base::Json* pointer_step(const base::Json& value, std::string_view token) {
  if (!value.is_array()) return value.find(unescape(token));
  if (!base::is_digits(token) || (token.size() > 1 && token.front() == '0')) return nullptr;
  return element(value, token);
}

}  // namespace

const base::Json* find_path(const base::Json& value, std::string_view path) {
  if (path.empty()) return &value;
  const bool pointer = path.front() == '/';
  if (pointer) path.remove_prefix(1);
  const base::Json* found = &value;
  for (const std::string_view name : base::split(path, pointer ? '/' : '.')) {
    found = pointer ? pointer_step(*found, name) : step(*found, name);
    if (!found) return nullptr;
  }
  return found;
}

}  // namespace providers
