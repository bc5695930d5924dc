#include "base/template.hpp"

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
    return &held_.emplace_back(mustache::data(*text));
  }

 private:
  const Partials& partials_;
  mutable std::list<mustache::data> held_;
};

}  // namespace

std::string fill_template(const std::string& text, const Json& data, const Partials& partials) {
  mustache::mustache page(text);
  if (!page.is_valid()) throw TemplateError(page.error_message());
  const mustache::data converted = convert(data);
  Context context(&converted, partials);
  std::string out = page.render(context);
  if (!page.is_valid()) throw TemplateError(page.error_message());
  return out;
}

}  // namespace base
