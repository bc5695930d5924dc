#include "base/json.hpp"

#if defined(__SSE2__)
#define RAPIDJSON_SSE2  // sixteen characters of a text at once
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
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
  std::string copy;
  constexpr size_t looked_at_behind = 16;  // its end, with SSE2
  copy.reserve(text.size() + looked_at_behind);
  copy += text;
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

}  // namespace base
