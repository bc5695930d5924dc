// A template of the site's owner, and a partial of it after a line "----".
#include "base/template.hpp"

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const base::Json page = base::parse_json(
      R"({"title":"<zz>","a":{"b":[{"c":1},{"c":"&"}],"d":true},"list":["x","y"],"none":null,"n":1.5})");
  std::string_view rest = fuzz::text(data, size);
  const std::string text(fuzz::take(rest, "\n----\n"));
  try {
    const std::string out =
        base::fill_template(text, page, [&](std::string_view name) -> std::optional<std::string> {
          if (name == "part") return std::string(rest);
          return {};
        });
    // Three braces, and {{&x}}, are the owner's own word.
    const bool raw = std::string_view(text).find_first_of("&{") != std::string::npos;
    if (!raw) fuzz::require(out.find("<zz>") == std::string::npos, "a value is escaped");
  } catch (const base::TemplateError&) {
    return 0;
  }
  return 0;
}
