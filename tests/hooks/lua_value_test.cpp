#include <doctest/doctest.h>

#include "hooks/lua_state.hpp"
#include "lua_site.hpp"

using base::Json;

namespace {

/// A value on its way into Lua and back.
std::string there_and_back(const std::string& json) {
  LuaSite site("return { session = function(session) return { value = session.value } end }");
  const Json back = site.hooks().session(Json::object({{"value", base::parse_json(json)}}), {});
  const Json* value = back.find("value");
  return value ? base::to_json(*value) : "nothing";
}

/// Why a value that Lua gives is refused.
std::string refusal(const std::string& statements) {
  LuaSite site;
  try {
    return base::to_json(site.run(statements));
  } catch (const hooks::Thrown&) {
    return site.lines.back();
  }
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("values come back as they went") {
  for (const std::string json : {"null",
                                 "true",
                                 "false",
                                 "0",
                                 "-1",
                                 "9223372036854775807",
                                 "-9223372036854775808",
                                 "0.5",
                                 "1e+300",
                                 "\"\"",
                                 "\"text\"",
                                 R"("\u0001\n\"\\ äöü 漢 😀")",
                                 "[]",
                                 "[1]",
                                 "[1,\"two\",null,[],{}]",
                                 "{}",
                                 R"({"a":[[],[{}]]})",
                                 R"({"":0,"1":"a name, not a place"})",
                                 "[[[[[[[[1]]]]]]]]",
                                 "[null]"})
    CHECK(there_and_back(json) == json);
}

TEST_CASE("integers stay integers and fractions fractions") {
  LuaSite site;
  CHECK(site.value("math.type(json.decode('1'))") == "integer");
  CHECK(site.value("math.type(json.decode('1.5'))") == "float");
  CHECK(site.value("json.decode('9007199254740993')") == "9007199254740993");
  CHECK(site.value("json.encode(2^53)") == "9007199254740992");
  CHECK(site.value("json.encode(1/0)") == "null");
}

TEST_CASE("null is json.null, which is true in Lua; absent is nil") {
  LuaSite site;
  CHECK(site.value("json.decode('null') == json.null") == "true");
  CHECK(site.value("json.decode('{\"a\":null}').a == json.null") == "true");
  CHECK(site.value("json.decode('{}').a == nil") == "true");
  CHECK(site.value("json.null and 'true' or 'false'") == "true");
  CHECK(site.value("json.null") == "null");
  CHECK(site.value("json.null.x") == "failed");
  CHECK(site.logged("json.null has no fields"));
}

TEST_CASE("an empty table is an object, unless it came as a list") {
  LuaSite site;
  CHECK(site.value("json.encode({})") == "{}");
  CHECK(site.value("json.encode(json.decode('[]'))") == "[]");
  CHECK(site.value("json.encode({ list = json.decode('[]'), table = {} })") == R"({"list":[],"table":{}})");
  CHECK(site.value("json.encode({ 1, 2, 3 })") == "[1,2,3]");
  CHECK(site.value("json.encode({ b = 1, a = 2, c = { z = 1, y = 2 } })") ==
        R"({"a":2,"b":1,"c":{"y":2,"z":1}})");
}

TEST_CASE("what JSON does not have is refused, with the function that gave it") {
  const std::pair<const char*, const char*> table[] = {
      {"return { f = print or error }", "a function"},
      {"return { 1, 2, name = 3 }", "a list and has names"},
      {"return { [1] = 1, [3] = 3 }", "a list with holes"},
      {"return { [0] = 1 }", "neither a text nor a place"},
      {"return { [1.5] = 1 }", "neither a text nor a place"},
      {"return { [true] = 1 }", "neither a text nor a place"},
      {"return { text = '\\xC3' }", "no UTF-8"},
      {"return { ['\\xFF'] = 1 }", "no UTF-8"},
      {"return { text = 'a\\0b' }", "a NUL"},
      {"return { ['\\0'] = 1 }", "a NUL"},
      {"local t = {} t.t = t return t", "contains itself"},
  };
  for (const auto& [statements, why] : table) {
    const std::string line = refusal(statements);
    const std::string tried = statements;
    CHECK_MESSAGE(contains(line, why), tried << ": " << line);
    CHECK_MESSAGE(contains(line, "callbacks.lua:1: "), line);
  }
}

TEST_CASE("a value may be nested as deeply as the limit says and no deeper") {
  const auto nest = [](int depth) {
    return "local t = {} for i = 2, " + std::to_string(depth) + " do t = { t = t } end return t";
  };
  CHECK(contains(refusal(nest(hooks::value_depth)), "{\"t\":"));
  CHECK(contains(refusal(nest(hooks::value_depth + 1)), "nested too deeply"));
}

TEST_CASE("a value may have as many parts as the limit says and no more") {
  const auto list = [](size_t size) {
    return "local t = {} for i = 1, " + std::to_string(size) + " do t[i] = i end return { t = t }";
  };
  CHECK(contains(refusal(list(hooks::value_nodes - 1)), "{\"t\":[1,2,"));
  CHECK(contains(refusal(list(hooks::value_nodes)), "more than"));
}

TEST_CASE("json.decode says what is wrong and where") {
  LuaSite site;
  CHECK(site.value("json.decode('[1,')") == "failed");
  CHECK(site.logged("(line 1, column "));
  CHECK(site.value("json.decode(5)") == "failed");
  CHECK(site.value("json.encode()") == "failed");
  const std::string deep(size_t(hooks::value_depth) + 1, '[');
  CHECK(site.value("json.decode('" + deep + "')") == "failed");
  CHECK(site.logged("nested too deeply"));
}

TEST_CASE("members keep the order of what they were made from, new ones follow") {
  const Json pattern = base::parse_json(R"({"z":{"y":1,"x":2},"a":1,"gone":1})");
  const Json value = base::parse_json(R"({"a":5,"b":6,"z":{"w":0,"x":1,"y":2}})");
  CHECK(base::to_json(hooks::in_order_of(value, pattern)) == R"({"z":{"y":2,"x":1,"w":0},"a":5,"b":6})");
}
