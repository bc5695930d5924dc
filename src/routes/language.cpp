#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "routes/page.hpp"

namespace routes {
namespace {

constexpr size_t range_limit = 20;  // of one header

/// q=0.8 as 800; 1000 where there is none, 0 where it is malformed.
int quality(std::string_view parameters) {
  const size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return 1000;
  const std::string_view text = base::trim(parameters.substr(at + 2));
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && value >= 0 && value <= 1 ? int(value * 1000) : 0;
}

}  // namespace

std::string choose_language(std::string_view accept_language, const std::vector<std::string>& available) {
  std::string best = "en";
  int best_quality = 0;
  auto ranges = base::split(accept_language, ',');
  ranges.resize(std::min(ranges.size(), range_limit));
  for (const std::string_view range : ranges) {
    const size_t semicolon = std::min(range.find(';'), range.size());
    const std::string tag = base::lower(base::trim(range.substr(0, semicolon)));
    const std::string language = tag.substr(0, tag.find('-'));  // "de-AT" is served "de"
    const int weight = quality(base::lower(range.substr(semicolon)));
    if (weight <= best_quality || std::find(available.begin(), available.end(), language) == available.end())
      continue;
    best = language;
    best_quality = weight;
  }
  return best;
}

}  // namespace routes
