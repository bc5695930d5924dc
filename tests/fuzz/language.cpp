// Accept-Language.
#include <algorithm>

#include "fuzz.hpp"
#include "routes/page.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> available{"de", "en", "fr", "zh"};
  const std::string chosen = routes::choose_language(fuzz::text(data, size), available);
  fuzz::require(std::find(available.begin(), available.end(), chosen) != available.end(),
                "a language that is there");
  return 0;
}
