#include "base/json.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace base;

namespace {

std::string error_of(std::string_view text, const JsonOptions& options = {}) {
  try {
    parse_json(text, options);
  } catch (const JsonError& error) {
    return std::to_string(error.line) + ":" + std::to_string(error.column) + " " + error.what();
  }
  return "no error";
}

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("what is read is written again as it was, members in their order") {
  for (const char* text :
       {R"({"b":1,"a":[true,false,null],"":{}})", "[]", "\"\"", "-1", "9223372036854775807", R"("ä€😀\"\\\n")",
        "-9223372036854775808", "0.1", "1e+21", "1.5"})
    CHECK(to_json(parse_json(text)) == text);
}

TEST_CASE("numbers are written as JSON.stringify writes them") {
  const std::pair<double, const char*> table[] = {{1e20, "100000000000000000000"},
                                                  {1e21, "1e+21"},
                                                  {1.5e300, "1.5e+300"},
                                                  {1e-6, "0.000001"},
                                                  {1.25e-6, "0.00000125"},
                                                  {1e-7, "1e-7"},
                                                  {-1.5e-7, "-1.5e-7"},
                                                  {0.1, "0.1"},
                                                  {-0.0, "0"},
                                                  {123.0, "123"},
                                                  {-123.456, "-123.456"},
                                                  {1.2345678901234568e20, "123456789012345680000"},
                                                  {5e-324, "5e-324"},
                                                  {1.7976931348623157e308, "1.7976931348623157e+308"},
                                                  {std::numeric_limits<double>::infinity(), "null"}};
  for (const auto& [number, text] : table) CHECK(number_text(Json(number)) == text);
}

TEST_CASE("integers are kept exactly up to 64 bits, beyond they are doubles") {
  CHECK(parse_json("9007199254740993").integer() == 9007199254740993);
  CHECK(parse_json("9223372036854775807").is_integer());
  CHECK_FALSE(parse_json("9223372036854775808").is_integer());
  CHECK(parse_json("9223372036854775808").number() == 9223372036854775808.0);
  CHECK_FALSE(parse_json("1.0").is_integer());
}

TEST_CASE("numbers at the ends of what a double can be") {
  for (const char* zero : {"0e308", "0.000e300", "-0", "1e-400"}) CHECK(parse_json(zero).number() == 0);
  CHECK(parse_json("5e-324").number() == 5e-324);
  CHECK(parse_json("1.7976931348623157e308").number() == 1.7976931348623157e308);
  CHECK_FALSE(try_parse_json("1.7976931348623159e308"));
  CHECK_FALSE(try_parse_json("-1e309"));
}

TEST_CASE("an error says where: line and column from 1") {
  CHECK(error_of("{\n  \"a\": 1,\n  b\n}").starts_with("3:3 "));
  CHECK(error_of("").starts_with("1:1 "));
  CHECK(error_of("[1,2").starts_with("1:5 "));
  CHECK(error_of(std::string_view("[\n\0]", 4)) == "2:1 a NUL byte");
}

TEST_CASE("what RFC 8259 does not have is refused") {
  for (const char* text :
       {"{a:1}", "[1,]", "// x\n1", "'a'", "01", "+1", "NaN", "Infinity", "\"\t\"", "1 2", "\"\\x41\"", "[1}",
        "tru", "\"\xff\"", "\"\xed\xa0\x80\"", "\"\xc0\xaf\"", "1e999"})
    CHECK_MESSAGE(!try_parse_json(text), text);
}

TEST_CASE("half a surrogate pair is no character") {
  CHECK(parse_json(R"("\ud83d\ude00")").text() == "😀");
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ude00\ud83d")", R"({"\udc00":1})"})
    CHECK_MESSAGE(!try_parse_json(text), text);
}

TEST_CASE("a configuration may begin with a byte order mark, what programs send may not") {
  const std::string text = "\xef\xbb\xbf{\n\"a\": 1}";
  JsonLines lines;
  CHECK(to_json(parse_json(text, {.comments = true}, lines)) == R"({"a":1})");
  CHECK(lines.at("/a") == 2);
  CHECK_FALSE(try_parse_json(text));
}

TEST_CASE("a configuration may have comments and trailing commas") {
  const Json value = parse_json("{ // why\n \"a\": [1, /* 2, */ 3,], }", {.comments = true});
  CHECK(to_json(value) == R"({"a":[1,3]})");
}

TEST_CASE("nesting is bounded") {
  CHECK(try_parse_json(nested(64)));
  CHECK_FALSE(try_parse_json(nested(65)));
  CHECK(try_parse_json(nested(3), {.depth = 3}));
  CHECK(error_of(nested(4), {.depth = 3}).ends_with("nested too deeply"));
  CHECK_FALSE(try_parse_json(std::string(1000000, '[')));
}

TEST_CASE("a member that comes twice is kept, or refused where that is asked for") {
  const char* text = R"({"a":{"b":1,"c":2,"b":3}})";
  CHECK(to_json(parse_json(text)) == text);
  CHECK(error_of(text, {.unique_members = true}).ends_with("the member \"b\" comes twice"));
  CHECK(try_parse_json(R"({"a":{"a":1}})", {.unique_members = true}));
}

TEST_CASE("every value's line is known by its pointer") {
  JsonLines lines;
  parse_json("{\n\"a\": 1,\n\"b\": [\n  2,\n  { \"c\":\n 3 }\n] }", {}, lines);
  CHECK(lines.at("") == 1);
  CHECK(lines.at("/a") == 2);
  CHECK(lines.at("/b") == 3);
  CHECK(lines.at("/b/0") == 4);
  CHECK(lines.at("/b/1") == 5);
  CHECK(lines.at("/b/1/c") == 6);
}

TEST_CASE("members are found, replaced where they stand, added at the end and removed") {
  Json value = parse_json(R"({"a":1,"b":"text"})");
  CHECK(value.text_of("b") == "text");
  CHECK_FALSE(value.text_of("a"));
  CHECK_FALSE(value.text_of("c"));
  CHECK(value.find("c") == nullptr);
  CHECK(Json("text").find("a") == nullptr);
  value.set("a", 2);
  value.set("c", nullptr);
  CHECK(to_json(value) == R"({"a":2,"b":"text","c":null})");
  value.erase("b");
  value.erase("nothing");
  CHECK(to_json(value) == R"({"a":2,"c":null})");
}

TEST_CASE("null becomes an object when a member is set") {
  Json value;
  value.set("a", 1);
  CHECK(to_json(value) == R"({"a":1})");
}

TEST_CASE("the same values are empty as in JavaScript") {
  for (const Json& empty : {Json(), Json(false), Json(0), Json(0.0), Json("")}) CHECK(empty.is_falsy());
  for (const Json& full : {Json(true), Json(-1), Json(0.1), Json("0"), Json::array(), Json::object()})
    CHECK_FALSE(full.is_falsy());
}

TEST_CASE("asking for another kind of value throws") {
  CHECK_THROWS(Json("text").integer());
  CHECK_THROWS(Json(1).text());
  CHECK_THROWS(Json().members());
}

TEST_CASE("nothing is null, something is itself") {
  CHECK(Json(std::optional<std::string>()).is_null());
  CHECK(Json(std::optional<std::string>("a")) == Json("a"));
}

TEST_CASE("for people it is indented by two spaces") {
  CHECK(to_pretty_json(parse_json(R"({"a":[1]})")) == "{\n  \"a\": [\n    1\n  ]\n}");
}

TEST_CASE("a character is escaped wherever it stands") {
  for (const std::string_view special : {"\"", "\\", "\n", "\x1f"})
    for (size_t before = 0; before < 20; ++before)
      for (size_t after = 0; after < 20; ++after) {
        const std::string text =
            std::string(before, '!') + std::string(special) + std::string(after, '\xff' & 0x7f);
        const std::string json = base::to_json(base::Json(text));
        CHECK(json.size() == text.size() + (special == "\x1f" ? 7 : 3));
        CHECK(base::parse_json(json).text() == text);
      }
}

TEST_CASE("what needs no escape is written as it is: a space, an exclamation mark, letters beyond ASCII") {
  for (const std::string text :
       {" !#[]", "        ", "!!!!!!!!!!!!!!!!", "\u00e9\u00e9\u00e9\u00e9\u00e9\u20ac\U0001f600\u00e9"})
    CHECK(base::to_json(base::Json(text)) == "\"" + text + "\"");
}
