// JSON of any kind: a body, a provider's answer, a token, a configuration.
#include "base/json.hpp"

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text(data, size);
  const auto strict = base::try_parse_json(text, {.depth = 32, .unique_members = true});
  const auto value = base::try_parse_json(text);
  if (strict) fuzz::require(value && *value == *strict, "a strict reading is a reading");
  if (value) {
    const std::string written = base::to_json(*value);
    fuzz::require(base::to_json(base::parse_json(written)) == written, "JSON can be written again");
    fuzz::require(base::to_json(base::parse_json(base::to_pretty_json(*value))) == written,
                  "indented JSON is the same");
  }
  base::JsonLines lines;
  try {
    base::parse_json(text, {.comments = true}, lines);
  } catch (const base::JsonError& error) {
    fuzz::require(error.line >= 1 && error.column >= 1, "an error has a place");
  }
  return 0;
}
