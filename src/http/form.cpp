#include <algorithm>

#include "base/text.hpp"
#include "http/http.hpp"

namespace http {
namespace {

std::string field_text(std::string_view raw) {
  std::string spaced(raw);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto text = decode(spaced);
  if (!text) throw FormError("invalid percent-encoding");
  if (!base::is_utf8(*text)) throw FormError("not UTF-8");
  if (text->find('\0') != std::string::npos) throw FormError("a NUL byte");
  return std::move(*text);
}

}  // namespace

Pairs parse_form(std::string_view text, size_t limit) {
  Pairs fields;
  if (text.empty()) return fields;
  for (const std::string_view part : base::split(text, '&')) {
    if (part.empty()) continue;
    if (fields.size() >= limit) throw FormError("more than " + std::to_string(limit) + " fields");
    const size_t equals = std::min(part.find('='), part.size());
    fields.emplace_back(field_text(part.substr(0, equals)),
                        field_text(part.substr(std::min(equals + 1, part.size()))));
  }
  return fields;
}

}  // namespace http
