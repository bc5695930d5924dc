// Templates, secrets, files, the files compiled in, and words that were mistyped.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <new>
#include <type_traits>

#include "../store/scratch.hpp"
#include "base/embedded.hpp"
#include "base/file.hpp"
#include "base/nearest.hpp"
#include "base/secret.hpp"
#include "base/template.hpp"

using namespace base;

namespace {

std::string fill(const char* text, const char* json) { return fill_template(text, parse_json(json)); }

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

void write_file(const std::string& path, const std::string& text) {
  FILE* file = fopen(path.c_str(), "wb");
  fwrite(text.data(), 1, text.size(), file);
  fclose(file);
}

}  // namespace

TEST_CASE("nothing of a secret is left where it was, even of a short one that was moved from") {
  alignas(Secret) std::array<unsigned char, sizeof(Secret)> place{};
  auto* secret = new (place.data()) Secret("0123456789");
  const auto holds = [&place](std::string_view text) {
    return std::search(place.begin(), place.end(), text.begin(), text.end()) != place.end();
  };
  CHECK(holds("456789"));
  const Secret moved = std::move(*secret);
  secret->~Secret();
  CHECK_FALSE(holds("456789"));
  CHECK(moved.reveal() == "0123456789");
}

TEST_CASE("a template escapes what is filled in") {
  CHECK(fill("{{x}}", R"({"x":"<a href=\"'&'\">"})") == "&lt;a href=&quot;&apos;&amp;&apos;&quot;&gt;");
  CHECK(fill("{{{x}}}", R"({"x":"<b>"})") == "<b>");
}

TEST_CASE("what is filled in is no template") { CHECK(fill("{{x}}", R"({"x":"{{y}}","y":"z"})") == "{{y}}"); }

TEST_CASE("sections show what is there, inverted ones what is not") {
  CHECK(fill("{{#a}}{{.}},{{/a}}{{^a}}none{{/a}}", R"({"a":["x",1,0.5]})") == "x,1,0.5,");
  for (const char* nothing : {R"({"a":""})", R"({"a":null})", R"({"a":false})", R"({"a":[]})", "{}"})
    CHECK(fill("{{#a}}some{{/a}}{{^a}}none{{/a}}", nothing) == "none");
  CHECK(fill("{{#a}}{{b}}{{/a}}", R"({"a":{"b":"in"}})") == "in");
}

TEST_CASE("partials are asked for by name, and must be there") {
  const Partials partials = [](std::string_view name) -> std::optional<std::string> {
    if (name == "head") return "[{{x}}]";
    return {};
  };
  CHECK(fill_template("{{>head}}", parse_json(R"({"x":"&"})"), partials) == "[&amp;]");
  CHECK_THROWS_WITH_AS(fill_template("{{>foot}}", Json::object(), partials), "there is no partial \"foot\"",
                       TemplateError);
}

TEST_CASE("a page has no more than 250 partials, so that none can be in itself for ever") {
  const Partials partials = [](std::string_view name) { return name == "x" ? "x" : "{{>itself}}"; };
  std::string page;
  for (int i = 0; i < 250; ++i) page += "{{>x}}";
  CHECK(fill_template(page, Json::object(), partials) == std::string(250, 'x'));
  CHECK_THROWS_AS(fill_template(page + "{{>x}}", Json::object(), partials), TemplateError);
  CHECK_THROWS_WITH_AS(fill_template("{{>itself}}", Json::object(), partials),
                       "more than 250 partials, the last one \"itself\"", TemplateError);
}

TEST_CASE("a template that is broken is an error, which says where") {
  const Partials partials = [](std::string_view name) -> std::optional<std::string> {
    if (name == "outer") return "\n{{>inner}}";
    if (name == "inner") return "1\n2\n{{/a}}";
    return "well";
  };
  const std::tuple<const char*, const char*, size_t, const char*> table[] = {
      {"{{#a}}", "Unclosed section \"a\"", 1, ""},
      {"\n\n {{a", "Unclosed tag", 3, ""},
      {"a\r\n{{/b}}\n", "Unopened section \"b\"", 2, ""},
      {"{{>x}}{{>y}}\n{{>inner}}", "Unopened section \"a\"", 3, "inner"},
      {"{{>outer}}", "Unopened section \"a\"", 3, "inner"}};
  for (const auto& [text, why, line, partial] : table) {
    try {
      fill_template(text, Json::object(), partials);
      FAIL_CHECK(text);
    } catch (const TemplateError& error) {
      CHECK(std::string(error.what()) == why);
      CHECK(error.line == line);
      CHECK(error.partial == partial);
    }
  }
}

TEST_CASE("a secret does not print, and shows its text only when asked") {
  static_assert(!Printable<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<std::string, Secret>);
  Secret secret("text");
  const Secret copy = secret;
  const Secret moved = std::move(secret);
  CHECK(copy.reveal() == "text");
  CHECK(moved.reveal() == "text");
  CHECK(Secret().empty());
}

TEST_CASE("a file is read up to its limit") {
  const scratch::Folder folder;
  write_file(folder.file("a"), "12345");
  CHECK(read_file(folder.file("a"), 5) == "12345");
  CHECK_THROWS_WITH(read_file(folder.file("a"), 4), (folder.file("a") + ": larger than 4 bytes").c_str());
  CHECK_FALSE(read_file(folder.file("b"), 5));
  CHECK_FALSE(read_file(folder.file("a") + "/b", 5));
  CHECK_THROWS(read_file(folder.file("."), 5));
}

TEST_CASE("templates, schema and catalogue are compiled in") {
  CHECK(embedded("templates/signin.html"));
  CHECK(embedded("src/providers/github.json"));
  CHECK_FALSE(embedded("templates"));
  CHECK_FALSE(embedded("/etc/passwd"));
  const auto messages = embedded_paths("templates/messages/");
  CHECK(messages.size() >= 12);
  CHECK(std::is_sorted(messages.begin(), messages.end()));
}

TEST_CASE("the nearest known word is found, if one is near") {
  const std::vector<std::string_view> known{"clientId", "clientSecret", "url", "providers"};
  CHECK(nearest("clientID", known) == "clientId");
  CHECK(nearest("client_id", known) == "clientId");
  CHECK(nearest("provider", known) == "providers");
  CHECK(nearest("uri", known) == "url");
  CHECK(nearest("xyz", known) == "");
  CHECK(nearest("", known) == "");
  CHECK(nearest(std::string(65, 'c'), known) == "");
  CHECK(did_you_mean("clientID", known) == " (did you mean \"clientId\"?)");
  CHECK(did_you_mean("nothing", known) == "");
}
