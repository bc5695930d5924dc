// A query or a form: fields, percent-encoding, UTF-8.
#include "base/text.hpp"
#include "fuzz.hpp"
#include "http/http.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text(data, size);
  const auto decoded = http::decode(text);
  if (decoded) fuzz::require(http::decode(http::encode(*decoded)) == decoded, "decode undoes encode");
  constexpr std::size_t limit = 20;
  try {
    const http::Pairs fields = http::parse_form(text, limit);
    fuzz::require(fields.size() <= limit, "no more fields than the limit");
    for (const auto& [name, value] : fields)
      fuzz::require(base::is_utf8(name) && base::is_utf8(value) && value.find('\0') == std::string::npos,
                    "a field is UTF-8 without NUL");
    fuzz::require(http::parse_form(http::encode_query(fields), limit) == fields,
                  "a form can be written again");
  } catch (const http::FormError&) {
    return 0;
  }
  return 0;
}
