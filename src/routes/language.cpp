#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "routes/page.hpp"

namespace routes {
namespace {

constexpr size_t range_limit = 20;  // of one header
constexpr const char* default_language = "en";

/// q=0.8 as 800; 1000 where there is none, 0 where it is malformed.
int quality(std::string_view parameters) {
  const size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return 1000;
  const std::string_view text = base::trim(parameters.substr(at + 2));
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && value >= 0 && value <= 1 ? int(value * 1000) : 0;
}

/// The one of `available` that a range of languages is served with; null pointer if none is. "de-AT" is
/// served "de" (RFC 4647 §3.4), any language the default.
const std::string* look_up(std::string range, const std::vector<std::string>& available) {
  if (range == "*") range = default_language;
  for (;;) {
    for (const std::string& language : available)
      if (base::equal_ignoring_case(language, range)) return &language;
    const size_t shorter = range.rfind('-');
    if (shorter == std::string::npos) return nullptr;
    range.resize(shorter);
  }
}

}  // namespace

std::string choose_language(std::string_view accept_language, const std::vector<std::string>& available) {
  std::string best = default_language;
  int best_quality = 0;
  auto ranges = base::split(accept_language, ',');
  ranges.resize(std::min(ranges.size(), range_limit));
  for (const std::string_view range : ranges) {
    const size_t semicolon = std::min(range.find(';'), range.size());
    const int weight = quality(base::lower(range.substr(semicolon)));
    if (weight <= best_quality) continue;
    const std::string* language = look_up(std::string(base::trim(range.substr(0, semicolon))), available);
    if (!language) continue;
    best = *language;
    best_quality = weight;
  }
  return best;
}

}  // namespace routes
