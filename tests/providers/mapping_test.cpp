#include <doctest/doctest.h>

#include "providers/providers.hpp"
#include "support.hpp"

using base::Json;

namespace {

/// The user that this mapping makes of this profile, as JSON.
std::string user(const std::string& mapping, std::string_view profile, const providers::Values& values = {}) {
  const auto provider =
      accepted(own("{\"options\": {\"baseUrl\": {}}, \"baseUrl\": \"https://b.example\", "
                   "\"profile\": " +
                   mapping + "}"));
  return base::to_json(providers::map_profile(provider, base::parse_json(profile), values));
}

/// The value of one expression, as JSON; "absent" if there is none.
std::string value(const std::string& expression, std::string_view profile = "{}") {
  const Json result = base::parse_json(user("{\"x\": " + expression + "}", profile));
  return result.find("x") ? base::to_json(*result.find("x")) : "absent";
}

}  // namespace

TEST_CASE("without a mapping, OpenID Connect's claims are taken") {
  const auto map = [](std::string_view profile) {
    return base::to_json(providers::map_profile(accepted(own()), base::parse_json(profile)));
  };
  CHECK(map(R"({"sub":"1","name":"Ann","email":"a@x","picture":"p"})") ==
        R"({"id":"1","name":"Ann","email":"a@x","image":"p"})");
  CHECK(map(R"({"sub":"1","nickname":"ann","picture":null})") == R"({"id":"1","name":"ann","image":null})");
  CHECK(map(R"({"sub":"1","name":"","preferred_username":"ann1"})") == R"({"id":"1","name":"ann1"})");
}

TEST_CASE("values keep their type, null stays null, and absent stays absent") {
  CHECK(user(R"({"id": "id", "name": "n", "email": "e"})", R"({"id": 5, "n": null})") ==
        R"({"id":5,"name":null})");
  CHECK(value(R"("big")", R"({"big": "80351110224678912345"})") == R"("80351110224678912345")");
}

TEST_CASE("* copies an object, and the other members are laid over it") {
  CHECK(user(R"({"*": "", "id": "sub"})", R"({"sub":"1","locale":"de"})") ==
        R"({"sub":"1","locale":"de","id":"1"})");
  CHECK(user(R"({"*": "response"})", R"({"response":{"id":"1"}})") == R"({"id":"1"})");
  CHECK(user(R"({"*": "", "name": "no"})", R"({"id":"1","name":"gone"})") == R"({"id":"1"})");
}

TEST_CASE("* without an object fails") {
  for (const char* profile : {R"({})", R"({"response": null})", R"({"response": [1]})"})
    CHECK_THROWS_AS(user(R"({"*": "response"})", profile), providers::Error);
}

TEST_CASE("a path that begins with $ begins at the placeholders") {
  providers::Values values;
  values.tokens = base::parse_json(R"({"email": "ann@example.com"})");
  CHECK(user(R"({"email": "$tokens.email", "image": {"template": "{$baseUrl}/{id}.png"}})", R"({"id": 7})",
             values) == R"({"email":"ann@example.com","image":"https://b.example/7.png"})");
}

TEST_CASE("a template leaves out what is missing, and the spaces around it") {
  const std::string name = R"({"template": "{first} {last}"})";
  CHECK(value(name, R"({"first":"Jane","last":"Doe"})") == R"("Jane Doe")");
  CHECK(value(name, R"({"first":"Jane"})") == R"("Jane")");
  CHECK(value(name, R"({"first":null,"last":"Doe"})") == R"("Doe")");
  CHECK(value(name, R"({"first":"Jane","last":""})") == R"("Jane ")");
  CHECK(value(R"({"template": "{a} {b} {c} {d}"})", R"({"a":1,"d":true})") == R"("1 true")");
  CHECK(value(R"({"template": "Hello {a}, welcome"})") == R"("Hello, welcome")");
}

TEST_CASE("a template of which nothing is left is null") {
  CHECK(value(R"({"template": "{first} {last}"})") == "null");
  CHECK(value(R"({"template": ""})") == "null");
}

TEST_CASE("a template writes numbers and truth values as JSON does, and no object") {
  CHECK(value(R"({"template": "{n}|{f}|{b}"})", R"({"n":-5,"f":1.5,"b":false})") == R"("-5|1.5|false")");
  CHECK_THROWS_WITH_AS(value(R"({"template": "{o}"})", R"({"o":{}})"),
                       "profile.x: an object or a list where text is needed", providers::Error);
}

TEST_CASE("{path%N} is the remainder of the whole number at the start") {
  const auto rest = [](const std::string& json) {
    return value(R"({"template": "{d%5}"})", "{\"d\":" + json + "}");
  };
  CHECK(rest(R"("0007")") == R"("2")");
  CHECK(rest("1338") == R"("3")");
  CHECK(rest(R"("12abc")") == R"("2")");
  CHECK(rest(R"("80351110224678912347")") == R"("2")");
  CHECK(rest(R"("-7")") == R"("-2")");
  CHECK(rest(R"("abc")") == R"("NaN")");
  CHECK(rest("null") == R"("NaN")");
  CHECK(value(R"({"template": "{d%5}"})") == R"("NaN")");
}

TEST_CASE("first is the first that is not empty, or the last as it is") {
  CHECK(value(R"({"first": ["a", "b"]})", R"({"a":"","b":"B"})") == R"("B")");
  CHECK(value(R"({"first": ["a", "b"]})", R"({"a":0,"b":false})") == "false");
  CHECK(value(R"({"first": ["a", "b"]})", R"({"a":1})") == "1");
  CHECK(value(R"({"first": ["a", "b"]})", R"({"a":null})") == "absent");
  CHECK(value(R"({"first": ["a", null]})") == "null");
}

TEST_CASE("join puts the text between those that are not empty") {
  CHECK(value(R"({"join": ["a", "b", "c"], "with": ", "})", R"({"a":"A","b":"","c":3})") == R"("A, 3")");
  CHECK(value(R"({"join": ["a", "b"], "with": " "})") == R"("")");
}

TEST_CASE("replace changes the first match in a string, and nothing else") {
  const std::string picture = R"({"replace": "p", "match": "_normal\\.(jpg|png)$", "by": ".$1"})";
  CHECK(value(picture, R"({"p":"a_normal.png"})") == R"("a.png")");
  CHECK(value(picture, R"({"p":"a.png"})") == R"("a.png")");
  CHECK(value(picture, R"({"p":5})") == "5");
  CHECK(value(picture) == "absent");
  CHECK(value(R"({"replace": "p", "match": "a", "by": "[$&]"})", R"({"p":"banana"})") == R"("b[a]nana")");
}

TEST_CASE("if asks whether a value is empty, equal or a match") {
  const auto choice = [](const std::string& test, const char* profile) {
    return value("{\"if\": \"a\", " + test + "\"then\": {\"template\": \"yes\"}, \"else\": null}", profile);
  };
  CHECK(choice("", R"({"a":"x"})") == R"("yes")");
  for (const char* empty : {R"({"a":""})", R"({"a":0})", R"({"a":false})", R"({"a":null})", "{}"})
    CHECK(choice("", empty) == "null");
  CHECK(choice(R"("is": null, )", "{}") == R"("yes")");
  CHECK(choice(R"("is": "CN", )", R"({"a":"CN"})") == R"("yes")");
  CHECK(choice(R"("is": 1, )", R"({"a":1.0})") == R"("yes")");
  CHECK(choice(R"("is": "1", )", R"({"a":1})") == "null");
  CHECK(choice(R"("matches": "^a_", )", R"({"a":"a_1"})") == R"("yes")");
  CHECK(choice(R"("matches": "^a_", )", R"({"a":5})") == "null");
}

TEST_CASE("a text too long for a regular expression does not match") {
  const auto replaced = [](size_t length) {
    const std::string profile = "{\"p\":\"" + std::string(length, 'a') + "\"}";
    return value(R"({"replace": "p", "match": "((a)|b)*$", "by": "x"})", profile);
  };
  CHECK(replaced(1024) == "\"x\"");
  CHECK(replaced(1025) == "\"" + std::string(1025, 'a') + "\"");
}

TEST_CASE("what is no expression is complained about at its place") {
  const auto complaint = [](const std::string& expression) {
    const auto all = complaints(own("{\"profile\": {\"x\": " + expression + "}}"));
    return all.size() == 1 ? all[0] : std::to_string(all.size()) + " complaints";
  };
  CHECK(complaint(R"({"first": ["a", 5]})") == "/profile/x/first/1: must be a path, null or an expression");
  CHECK(complaint(R"({"first": "a"})") == "/profile/x/first: must be a list of expressions");
  CHECK(complaint(R"({"template": "{a"})") == "/profile/x/template: '{' without '}'");
  CHECK(complaint(R"({"template": "{a%0}"})") == "/profile/x/template: {a%0} has no usable number after %");
  CHECK(complaint(R"({"join": [], "wiht": " "})") ==
        R"(/profile/x/wiht: unknown key "wiht" (did you mean "with"?))");
  CHECK(complaint(R"({"replace": "a", "match": "(", "by": ""})")
            .starts_with("/profile/x/match: the regular expression"));
  CHECK(complaint(R"({"replace": "a", "match": "b"})") == "/profile/x: \"by\" is missing");
  CHECK(complaint(R"({"if": "a", "is": 1, "matches": "b", "then": "c"})") ==
        "/profile/x: has both \"is\" and \"matches\"");
  CHECK(complaint(R"({"path": "a"})").starts_with("/profile/x: is no expression"));
  std::string deep = "\"a\"";
  for (int i = 0; i < 30; ++i) deep = "{\"first\": [" + deep + "]}";
  CHECK(complaint(deep).ends_with(": is nested too deeply"));
}
