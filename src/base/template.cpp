#include "base/template.hpp"

#include <algorithm>
#include <charconv>
#include <kainjow/mustache.hpp>
#include <list>

namespace base {
namespace {

namespace mustache = kainjow::mustache;

/// In one page: one that has itself as a partial would else go on until the stack is used up.
constexpr size_t partial_limit = 250;

mustache::data convert(const Json& value) {
  if (value.is_string()) return value.text().empty() ? mustache::data(false) : mustache::data(value.text());
  if (value.is_bool()) return {value.boolean()};
  if (value.is_number()) return {number_text(value)};
  if (value.is_array()) {
    mustache::data list(mustache::data::type::list);
    for (const Json& element : value.elements()) list.push_back(convert(element));
    return list;
  }
  if (value.is_object()) {
    mustache::data object;
    for (const auto& [name, member] : value.members()) object.set(name, convert(member));
    return object;
  }
  return {false};
}

/// What the library says of this text, 'Unclosed section "a" at 12', with a line in place of the 12.
TemplateError broken(const std::string& message, std::string_view text, const std::string& partial) {
  constexpr std::string_view before = " at ";
  const size_t found = message.rfind(before);
  if (found == std::string::npos) return TemplateError(message, 0, partial);
  size_t offset = 0;
  std::from_chars(message.data() + found + before.size(), message.data() + message.size(), offset);
  const std::string_view above = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + size_t(std::count(above.begin(), above.end(), '\n'));
  return TemplateError(message.substr(0, found), line, partial);
}

/// Looks names up in the data, and partials by the caller's function.
class Context : public mustache::context<std::string> {
 public:
  Context(const mustache::data* data, const Partials& partials) : context(data), partials_(partials) {}

  const mustache::data* get_partial(const std::string& name) const override {
    if (!partials_) return nullptr;
    const auto text = partials_(name);
    if (!text) throw TemplateError("there is no partial \"" + name + "\"");
    if (held_.size() == partial_limit)
      throw TemplateError("more than " + std::to_string(partial_limit) + " partials, the last one \"" + name +
                          "\"");
    return &held_.emplace_back(name, mustache::data(*text)).second;
  }

  /// The library tells what is wrong, and not whether it is in the page or in which partial.
  TemplateError error(const std::string& message, const std::string& page) const {
    for (const auto& [name, data] : held_)
      if (mustache::mustache partial(data.string_value()); !partial.is_valid())
        return broken(partial.error_message(), data.string_value(), name);
    return broken(message, page, "");
  }

 private:
  const Partials& partials_;
  mutable std::list<std::pair<std::string, mustache::data>> held_;
};

}  // namespace

std::string fill_template(const std::string& text, const Json& data, const Partials& partials) {
  mustache::mustache page(text);
  if (!page.is_valid()) throw broken(page.error_message(), text, "");
  const mustache::data converted = convert(data);
  Context context(&converted, partials);
  std::string out = page.render(context);
  if (!page.is_valid()) throw context.error(page.error_message(), text);
  return out;
}

}  // namespace base
