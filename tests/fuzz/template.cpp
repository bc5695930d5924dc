// A template of the site's owner, and a partial of it after a line "----".
#include "base/template.hpp"

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const base::Json page = base::parse_json(
      R"({"title":"<zz>","a":{"b":[{"c":1},{"c":"&"}],"d":true},"list":["x","y"],"none":null,"n":1.5})");
  const std::string_view whole = fuzz::text(data, size);
  std::string_view rest = whole;
  const std::string text(fuzz::take(rest, "\n----\n"));
  try {
    const std::string out =
        base::fill_template(text, page, [&](std::string_view name) -> std::optional<std::string> {
          if (name == "part") return std::string(rest);
          return {};
        });
    // Three braces and {{&x}}, of {{=other braces=}} too, are the owner's own word, as is what he writes
    // himself.
    const bool raw =
        whole.find_first_of("<&=") != std::string_view::npos || whole.find("{{{") != std::string_view::npos;
    if (!raw) fuzz::require(out.find('<') == std::string::npos, "a value is escaped");
  } catch (const base::TemplateError&) {
    return 0;
  }
  return 0;
}
