// The languages that are built in.
#include <doctest/doctest.h>

#include "base/embedded.hpp"
#include "base/json.hpp"
#include "routes/page.hpp"

using base::Json;

namespace {

Json messages(const std::string& language) {
  return base::parse_json(*base::embedded("templates/messages/" + language + ".json"));
}

/// "{site}{provider}"
std::string slots(const std::string& text) {
  std::string all;
  for (size_t at = 0; (at = text.find('{', at)) != std::string::npos; ++at)
    all += text.substr(at, text.find('}', at) + 1 - at);
  return all;
}

std::string difference(const Json& english, const Json& other) {
  for (const auto& [key, text] : other.members())
    if (!english.find(key)) return key + " is not in English";
  for (const auto& [key, text] : english.members()) {
    const auto said = other.text_of(key);
    if (!said || said->empty()) return key + " is missing";
    if (slots(*said) != slots(text.text())) return key + " has other slots";
  }
  return "";
}

}  // namespace

TEST_CASE("every language says all that English does, with the same slots") {
  const auto all = routes::languages({});
  CHECK(all ==
        std::vector<std::string>{"ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "sv", "zh"});
  for (const std::string& language : all) {
    CHECK_MESSAGE(difference(messages("en"), messages(language)) == "", language);
    CHECK_MESSAGE(messages(language).text_of("dir") == (language == "ar" ? "rtl" : "ltr"), language);
  }
}
