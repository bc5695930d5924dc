#pragma once
// Mustache: {{x}} escaped for HTML, {{{x}}} not, {{#x}}…{{/x}}, {{^x}}…{{/x}}, {{>part}}.
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace base {

struct TemplateError : std::runtime_error {
  explicit TemplateError(const std::string& what, size_t at_line = 0, std::string in_partial = {})
      : std::runtime_error(what), line(at_line), partial(std::move(in_partial)) {}
  size_t line;          // from 1; 0 where there is none
  std::string partial;  // that it is wrong in; "" for the template itself
};

/// Gives the text of a partial; none if there is no such partial.
using Partials = std::function<std::optional<std::string>(std::string_view name)>;

/// The template filled with the data. null and false hide a section, "" and [] too; numbers print as in JSON.
/// Throws TemplateError, which says what is wrong with the template.
std::string fill_template(const std::string& text, const Json& data, const Partials& partials = {});

}  // namespace base
