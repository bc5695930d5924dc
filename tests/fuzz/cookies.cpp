// The Cookie header, and what of it goes into a Set-Cookie.
#include "base/text.hpp"
#include "fuzz.hpp"
#include "http/http.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t limit = 20;
  try {
    const std::string header(fuzz::text(data, size));
    const http::Cookies cookies(header, limit);
    fuzz::require(cookies.sent().size() <= limit, "no more cookies than the limit");
    for (const auto& [name, sent] : cookies.sent()) {
      const std::string value = cookies.find(name).value();
      const std::string line = http::set_cookie("name", value, {});
      fuzz::require(!base::has_control(line), "a Set-Cookie has no control character");
      const http::Cookies again(std::string_view(line).substr(0, line.find(';')), 1);
      // What cannot be decoded is kept as it came, and decoded when it comes the next time.
      if (base::is_utf8(value) && value.find('\0') == std::string::npos)
        fuzz::require(again.find("name") == value, "a cookie's value comes back");
    }
  } catch (const http::FormError&) {
    return 0;
  }
  return 0;
}
