#include "base/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/text.hpp"

namespace base {
namespace {

/// Levenshtein's distance, one row of the table at a time.
size_t distance(std::string_view from, std::string_view to) {
  std::vector<size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < from.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < to.size(); ++j) {
      const size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
  // A long word may have three mistakes in it; a short one would then be near to everything.
  size_t limit = std::min<size_t>(3, 1 + word.size() / 4);
  std::string_view found;
  if (word.size() > 64) return found;
  const std::string small = lower(word);
  for (const std::string_view candidate : known) {
    const size_t apart = distance(small, lower(candidate));
    if (apart > limit || (apart == limit && !found.empty())) continue;
    limit = apart;
    found = candidate;
  }
  return found;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view found = nearest(word, known);
  return found.empty() ? std::string() : " (did you mean \"" + std::string(found) + "\"?)";
}

}  // namespace base
