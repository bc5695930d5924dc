#include "base/json.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace base {
namespace {

struct Frame {
  Json value;
  std::string name;  // of the member being read
  std::string pointer;
  size_t index = 0;
};

/// Builds the value from RapidJSON's events; false stops the parser, `problem` says why.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  /// `lines`, and where in the text it is: null pointers if nobody asks for the lines.
  Builder(const JsonOptions& options, JsonLines* lines, std::string_view text,
          const rapidjson::MemoryStream* at)
      : options_(options),
        lines_(lines),
        text_(text),
        at_(at),
        has_escapes_(text.find('\\') != std::string_view::npos) {
    stack_.reserve(4);
  }

  bool Null() { return add(nullptr); }
  bool Bool(bool value) { return add(value); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) { return add_number({text, length}); }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return is_text({text, length}) && add(std::string(text, length));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    stack_.back().name.assign(text, length);
    return is_text({text, length});
  }
  bool StartObject() { return open(Json::object()); }
  bool StartArray() { return open(Json::array()); }
  bool EndObject(rapidjson::SizeType) { return unique(stack_.back().value) && close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  Json result;
  std::string problem;

 private:
  bool open(Json empty) {
    if (stack_.size() >= options_.depth) {
      problem = "nested too deeply";
      return false;
    }
    note_line();
    if (empty.is_object()) empty.members().reserve(8);
    std::string pointer = lines_ ? next_pointer() : std::string();
    stack_.push_back({std::move(empty), {}, std::move(pointer), 0});
    return true;
  }
  bool close() {
    Json done = std::move(stack_.back().value);
    stack_.pop_back();
    return put(std::move(done));
  }
  /// Of anything that a Json can be made of, which is made where it stays.
  template <typename Value>
  bool add(Value&& value) {
    note_line();
    return put(std::forward<Value>(value));
  }
  /// Not left to RapidJSON, which counts the leading zeros of 0 in "0e308": undefined behaviour.
  bool add_number(std::string_view text) {
    const char* const end = text.data() + text.size();
    std::int64_t integer = 0;
    if (const auto read = std::from_chars(text.data(), end, integer);
        read.ec == std::errc{} && read.ptr == end)
      return add(integer);
    double number = 0;
    // Too near to zero is zero, as everywhere.
    if (std::from_chars(text.data(), end, number).ec == std::errc::result_out_of_range)
      number = std::strtod(std::string(text).c_str(), nullptr);
    if (std::isfinite(number)) return add(number);
    problem = "a number that is too large";
    return false;
  }
  template <typename Value>
  bool put(Value&& value) {
    if (stack_.empty()) {
      result = Json(std::forward<Value>(value));
      return true;
    }
    Frame& frame = stack_.back();
    ++frame.index;
    if (frame.value.is_array())
      frame.value.elements().emplace_back(std::forward<Value>(value));
    else
      frame.value.members().emplace_back(std::move(frame.name), std::forward<Value>(value));
    return true;
  }
  /// \u0000 is refused too: what is stored or handed on as C text would end there. RapidJSON lets a lone
  /// \udc00 pass, which is no UTF-8. The whole text was looked at before: only an escape can make either.
  bool is_text(std::string_view text) {
    if (!has_escapes_) return true;
    if (text.find('\0') != std::string_view::npos) problem = "a NUL character";
    if (!is_utf8(text)) problem = "half a character (\\udc00 alone)";
    return problem.empty();
  }
  bool unique(const Json& object) {
    if (!options_.unique_members || object.members().size() < 2) return true;
    const Json::Object& members = object.members();
    // Few members are compared each with each; many, which somebody may have sent for that, in order.
    if (members.size() <= 16) {
      for (auto member = members.begin(); member != members.end(); ++member)
        for (auto before = members.begin(); before != member; ++before)
          if (before->first == member->first) return come_twice(member->first);
      return true;
    }
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& [name, value] : members) names.push_back(name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    return twice == names.end() || come_twice(*twice);
  }
  bool come_twice(std::string_view name) {
    problem = "the member \"" + std::string(name) + "\" comes twice";
    return false;
  }
  std::string next_pointer() const {
    if (stack_.empty()) return {};
    const Frame& frame = stack_.back();
    return frame.pointer + "/" + (frame.value.is_array() ? std::to_string(frame.index) : frame.name);
  }
  void note_line() {
    if (!lines_) return;
    const size_t end = std::min(at_->Tell(), text_.size());
    line_ += size_t(
        std::count(text_.begin() + std::ptrdiff_t(counted_), text_.begin() + std::ptrdiff_t(end), '\n'));
    counted_ = end;
    lines_->emplace(next_pointer(), line_);
  }

  const JsonOptions& options_;
  JsonLines* lines_;
  std::string_view text_;
  const rapidjson::MemoryStream* at_;
  bool has_escapes_;
  size_t line_ = 1, counted_ = 0;
  std::vector<Frame> stack_;
};

[[noreturn]] void fail(std::string_view text, size_t offset, const std::string& what) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = size_t(std::count(before.begin(), before.end(), '\n')) + 1;
  const size_t newline = before.rfind('\n');
  throw JsonError(what, line, before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1);
}

Json finish(const rapidjson::ParseResult& result, Builder& builder, std::string_view text) {
  if (result.IsError())
    fail(text, result.Offset(),
         builder.problem.empty() ? rapidjson::GetParseError_En(result.Code()) : builder.problem);
  return std::move(builder.result);
}

/// RapidJSON calls itself for each level: the builder stops it before a deeply nested text can use up the
/// stack.
template <unsigned flags>
Json parse_with(std::string_view text, const JsonOptions& options, JsonLines* lines) {
  rapidjson::Reader reader;
  if (lines) {
    rapidjson::MemoryStream stream(text.data(), text.size());
    Builder builder(options, lines, text, &stream);
    return finish(reader.Parse<flags | rapidjson::kParseNumbersAsStringsFlag>(stream, builder), builder,
                  text);
  }
  // In a copy, where RapidJSON takes the texts out of their place: half the work.
  std::string copy(text);
  rapidjson::InsituStringStream stream(copy.data());
  Builder builder(options, nullptr, text, nullptr);
  constexpr unsigned in_place = flags | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseInsituFlag;
  return finish(reader.Parse<in_place>(stream, builder), builder, text);
}

Json parse(std::string_view text, const JsonOptions& options, JsonLines* lines) {
  if (options.comments) text = without_byte_order_mark(text);  // what people write
  if (text.find('\0') != std::string_view::npos) fail(text, text.find('\0'), "a NUL byte");
  // At once for the whole text, and not by RapidJSON character by character.
  if (!is_utf8(text)) fail(text, 0, "not UTF-8");
  if (options.comments)
    return parse_with<rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag>(text, options,
                                                                                           lines);
  return parse_with<rapidjson::kParseDefaultFlags>(text, options, lines);
}

/// What stands for this character within quotes, by its code; null pointer: it stands for itself.
constexpr std::array<const char*, 256> escapes = [] {
  std::array<const char*, 256> table{};
  constexpr std::array<const char*, 32> controls{
      "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007",
      "\\b",     "\\t",     "\\n",     "\\u000b", "\\f",     "\\r",     "\\u000e", "\\u000f",
      "\\u0010", "\\u0011", "\\u0012", "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017",
      "\\u0018", "\\u0019", "\\u001a", "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f"};
  std::copy(controls.begin(), controls.end(), table.begin());
  table['"'] = "\\\"";
  table['\\'] = "\\\\";
  return table;
}();

/// Whether none of these eight bytes needs an escape: is below 0x20, a quote or a backslash. All are looked
/// at at once: what is subtracted borrows from a byte's top bit where that byte is what is looked for, or
/// after one that is.
bool are_plain(const char* eight) {
  constexpr std::uint64_t each = 0x0101010101010101;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, eight, sizeof bytes);
  const std::uint64_t quotes = bytes ^ (each * '"');
  const std::uint64_t backslashes = bytes ^ (each * '\\');
  const std::uint64_t found =
      ((bytes - each * 0x20) & ~bytes) | ((quotes - each) & ~quotes) | ((backslashes - each) & ~backslashes);
  return (found & (each * 0x80)) == 0;
}

void write_text(std::string& out, std::string_view text) {
  out += '"';
  const char* plain = text.data();  // what has not been written yet begins here
  const char* const end = plain + text.size();
  for (const char* at = plain; at != end;) {
    if (end - at >= 8 && are_plain(at)) {
      at += 8;
      continue;
    }
    // The last few together with some before them, and not one by one.
    if (end - at < 8 && text.size() >= 8 && are_plain(end - 8)) break;
    const char* const escape = escapes[static_cast<unsigned char>(*at++)];
    if (!escape) continue;
    out.append(plain, size_t(at - 1 - plain)).append(escape);
    plain = at;
  }
  out.append(plain, size_t(end - plain)) += '"';
}

/// As JSON.stringify writes it.
void write(std::string& out, const Json& value) {
  if (value.is_string()) return write_text(out, value.text());
  if (value.is_object()) {
    char before = '{';
    for (const auto& [name, member] : value.members()) {
      out += std::exchange(before, ',');
      write_text(out, name);
      out += ':';
      write(out, member);
    }
    out += value.members().empty() ? "{}" : "}";
  } else if (value.is_array()) {
    char before = '[';
    for (const Json& element : value.elements()) {
      out += std::exchange(before, ',');
      write(out, element);
    }
    out += value.elements().empty() ? "[]" : "]";
  } else if (value.is_number()) {
    out += number_text(value);
  } else {
    out += value.is_null() ? "null" : value.boolean() ? "true" : "false";
  }
}

void write_pretty(rapidjson::PrettyWriter<rapidjson::StringBuffer>& out, const Json& value) {
  if (value.is_object()) {
    out.StartObject();
    for (const auto& [name, member] : value.members()) {
      out.Key(name.data(), rapidjson::SizeType(name.size()));
      write_pretty(out, member);
    }
    out.EndObject();
  } else if (value.is_array()) {
    out.StartArray();
    for (const Json& element : value.elements()) write_pretty(out, element);
    out.EndArray();
  } else {
    const std::string text = to_json(value);
    out.RawValue(text.data(), text.size(), rapidjson::kStringType);
  }
}

/// The digits with the decimal point behind the `point`th of them (ECMAScript's Number::toString).
std::string placed(std::string digits, int point) {
  const int count = int(digits.size());
  if (point > 21 || point < -5) {
    if (count > 1) digits.insert(1, ".");
    return digits + (point > 0 ? "e+" : "e-") + std::to_string(std::abs(point - 1));
  }
  if (point <= 0) return "0." + std::string(size_t(-point), '0') + digits;
  if (point >= count) return digits + std::string(size_t(point - count), '0');
  return digits.insert(size_t(point), ".");
}

}  // namespace

Json Json::object(std::initializer_list<Named> members) {
  Object object;
  object.reserve(members.size());
  for (const Named& member : members) object.emplace_back(member.name, std::move(member.value));
  return {std::move(object)};
}

const Json* Json::find(std::string_view name) const {
  if (!is_object()) return nullptr;
  for (const auto& member : members())
    if (member.first == name) return &member.second;
  return nullptr;
}

Json* Json::find(std::string_view name) { return const_cast<Json*>(std::as_const(*this).find(name)); }

std::optional<std::string> Json::text_of(std::string_view name) const {
  const Json* member = find(name);
  if (!member || !member->is_string()) return {};
  return member->text();
}

Json& Json::set(std::string_view name, Json value) {
  if (is_null()) value_ = Object();
  if (Json* member = find(name)) return *member = std::move(value);
  return members().emplace_back(std::string(name), std::move(value)).second;
}

void Json::erase(std::string_view name) {
  if (is_object()) std::erase_if(members(), [&](const Member& member) { return member.first == name; });
}

bool Json::is_falsy() const {
  if (is_null()) return true;
  if (is_bool()) return !boolean();
  if (is_number()) return number() == 0 || std::isnan(number());
  return is_string() && text().empty();
}

Json parse_json(std::string_view text, const JsonOptions& options) { return parse(text, options, nullptr); }

Json parse_json(std::string_view text, const JsonOptions& options, JsonLines& lines) {
  return parse(text, options, &lines);
}

std::optional<Json> try_parse_json(std::string_view text, const JsonOptions& options) {
  try {
    return parse(text, options, nullptr);
  } catch (const JsonError&) {
    return {};
  }
}

std::string to_json(const Json& value) {
  std::string out;
  out.reserve(256);
  write(out, value);
  return out;
}

std::string to_pretty_json(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  write_pretty(writer, value);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string number_text(const Json& number) {
  if (number.is_integer()) return std::to_string(number.integer());
  const double value = number.number();
  if (!std::isfinite(value)) return "null";  // as JSON.stringify does
  if (value == 0) return "0";                // of either sign
  // The shortest digits that mean this number, as d.ddde±xx.
  std::array<char, 32> out{};
  const auto [end, error] =
      std::to_chars(out.data(), out.data() + out.size(), std::fabs(value), std::chars_format::scientific);
  const std::string_view shortest(out.data(), size_t(end - out.data()));
  const size_t e = shortest.find('e');
  std::string digits(shortest.substr(0, e));
  std::erase(digits, '.');
  int exponent = 0;
  std::from_chars(shortest.data() + shortest.find_first_not_of("e+", e), end, exponent);
  const int point = exponent + 1;
  return (value < 0 ? "-" : "") + placed(digits, point);
}

}  // namespace base
