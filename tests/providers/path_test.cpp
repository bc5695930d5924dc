#include <doctest/doctest.h>

#include "providers/providers.hpp"

using base::Json;

namespace {

/// What the path finds, as JSON; "absent" if nothing.
std::string at(const char* json, std::string_view path) {
  const Json value = base::parse_json(json);
  const Json* found = providers::find_path(value, path);
  return found ? base::to_json(*found) : "absent";
}

}  // namespace

TEST_CASE("a path goes through members and elements") {
  CHECK(at(R"({"a": {"b": {"c": 1}}})", "a.b.c") == "1");
  CHECK(at(R"({"images": [{"url": "x"}, {"url": "y"}]})", "images.1.url") == "\"y\"");
  CHECK(at(R"({"0": "member"})", "0") == "\"member\"");
}

TEST_CASE("the empty path is the whole value") { CHECK(at("[1,2]", "") == "[1,2]"); }

TEST_CASE("a step on what is no container is absent, never an error") {
  for (const char* path :
       {"x", "a.x", "n.x", "l.2", "l.x", "l.-1", "l.99999999999999999999999", "s.0", "a.", ".a"})
    CHECK(at(R"({"a": 1, "n": null, "l": [1, 2], "s": "text"})", path) == "absent");
}

TEST_CASE("null is found; it is not absent") { CHECK(at(R"({"a": null})", "a") == "null"); }

TEST_CASE("[name] is the first element whose member of that name is not empty") {
  const char* emails = R"({"emails": [{"v": 1}, {"v": 2, "primary": false}, {"v": 3, "primary": true},
                                      {"v": 4, "primary": true}]})";
  CHECK(at(emails, "emails.[primary].v") == "3");
  CHECK(at(emails, "emails.[other].v") == "absent");
  CHECK(at(R"({"emails": ["text", null, 5]})", "emails.[primary]") == "absent");
  CHECK(at(R"({"[primary]": 1})", "[primary]") == "1");
}

TEST_CASE("a path that begins with a slash is a JSON Pointer, for names with dots") {
  CHECK(at(R"({"a.b": {"c": [5, 6]}})", "/a.b/c/1") == "6");
  CHECK(at(R"({"a/b": 1, "m~n": 2, "~1": 3})", "/a~1b") == "1");
  CHECK(at(R"({"a/b": 1, "m~n": 2, "~1": 3})", "/m~0n") == "2");
  CHECK(at(R"({"a/b": 1, "m~n": 2, "~1": 3})", "/~01") == "3");
  CHECK(at(R"({"": 1})", "/") == "1");
  CHECK(at(R"([1, 2])", "/01") == "absent");
}
