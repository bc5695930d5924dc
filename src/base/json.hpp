#pragma once
// JSON values that keep the order of an object's members, as v3's answers do.
// The only home of RapidJSON is json.cpp.
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace base {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;
  struct Named;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::int64_t value) : value_(value) {}
  Json(long long value) : value_(std::int64_t{value}) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  /// null where there is no value
  template <typename T>
  Json(const std::optional<T>& value) {
    if (value) *this = Json(*value);
  }
  template <typename T>
  Json(std::optional<T>&& value) {
    if (value) *this = Json(std::move(*value));
  }
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}
  static Json object(std::initializer_list<Named> members = {});
  static Json array(std::initializer_list<Json> elements = {}) { return Json(Array(elements)); }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_number() const { return is_integer() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // The value of that kind; throws std::bad_variant_access for another kind: ask first.
  bool boolean() const { return std::get<bool>(value_); }
  std::int64_t integer() const { return std::get<std::int64_t>(value_); }
  double number() const { return is_integer() ? double(integer()) : std::get<double>(value_); }
  const std::string& text() const { return std::get<std::string>(value_); }
  const Array& elements() const { return std::get<Array>(value_); }
  Array& elements() { return std::get<Array>(value_); }
  const Object& members() const { return std::get<Object>(value_); }
  Object& members() { return std::get<Object>(value_); }

  /// The member of that name; null pointer if this is no object or has none.
  const Json* find(std::string_view name) const;
  Json* find(std::string_view name);
  /// The member's text; none if there is no such member or it is no string.
  std::optional<std::string> text_of(std::string_view name) const;
  /// Replaces the member of that name where it stands, or adds it at the end. null becomes an object first.
  Json& set(std::string_view name, Json value);
  /// Removes the member of that name, if there is one.
  void erase(std::string_view name);

  /// "", 0, false and null are empty, as in JavaScript; objects and arrays never are.
  bool is_falsy() const;

  bool operator==(const Json&) const = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

/// A member on its way into an object: what a list in braces holds cannot be moved out of it otherwise.
struct Json::Named {
  template <typename T>
  Named(std::string_view with_name, T&& with_value) : name(with_name), value(std::forward<T>(with_value)) {}
  std::string_view name;
  mutable Json value;
};

/// What is wrong with a JSON text and where; line and column count from 1.
struct JsonError : std::runtime_error {
  JsonError(const std::string& what, size_t at_line, size_t at_column)
      : std::runtime_error(what), line(at_line), column(at_column) {}
  size_t line, column;
};

struct JsonOptions {
  size_t depth = 64;            // of nesting
  bool comments = false;        // and trailing commas, and a byte order mark: a configuration file
  bool unique_members = false;  // a name that comes twice in an object is an error
};

/// The value a JSON text (RFC 8259, UTF-8) stands for. Integers beyond 64 bits become doubles.
/// A NUL character is an error, also written as \\u0000. Throws JsonError.
Json parse_json(std::string_view text, const JsonOptions& = {});
/// Same; none instead of an error.
std::optional<Json> try_parse_json(std::string_view text, const JsonOptions& = {});

/// The line, from 1, on which each value begins, by its JSON Pointer ("/providers/0/id").
using JsonLines = std::map<std::string, size_t>;
Json parse_json(std::string_view text, const JsonOptions&, JsonLines& lines);

/// The text for it, without white space, as JSON.stringify writes it.
std::string to_json(const Json&);
/// The same, at the end of a text.
void append_json(std::string& out, const Json&);
/// The same of a text, without a value for it.
void append_json_text(std::string& out, std::string_view);
/// Same, indented by two spaces: for people.
std::string to_pretty_json(const Json&);

/// A number as JSON.stringify writes it.
std::string number_text(const Json& number);

}  // namespace base
