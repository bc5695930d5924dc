// `protect`: who may come to which part of the site.
#include "support.hpp"

namespace {

const std::string github =
    R"("database": "sqlite:a.db", "providers": [{"id": "github", "clientId": "a", "clientSecret": "b"}])";

/// A configuration with a provider and this list.
std::string with_list(const std::string& list) {
  return R"({ "url": "https://example.com", "secret": "s", )" + github + ", \"protect\": " + list + "}";
}
std::string problem(const std::string& list) {
  const std::string all = Site().problems(with_list(list));
  const std::string begin = "nextauth.json:1: ";
  return all.starts_with(begin) ? all.substr(begin.size()) : all;
}
/// Of one path with this `allow`.
std::string problem_of(const std::string& allow) {
  return problem(R"([{"path": "/a", "allow": )" + allow + "}]");
}
std::vector<auth::Protected> read(const std::string& list) {
  return Site().config(with_list(list)).routes.protect;
}

}  // namespace

TEST_CASE("the contract's example is read") {
  const auto all = read(R"([ { "path": "/members", "allow": "signed-in" },
    { "path": "/staff/", "allow": { "emails": ["Ann@Example.com"], "domains": ["Example.com"], "providers": ["github"] } },
    { "path": "/", "allow": "everybody" } ])");
  REQUIRE(all.size() == 3);
  CHECK(all[0].path == "/members");
  CHECK(all[0].allow.whom == auth::Admission::Whom::signed_in);
  CHECK(all[1].path == "/staff");
  CHECK(all[1].allow.whom == auth::Admission::Whom::listed);
  CHECK(all[1].allow.emails == std::vector<std::string>{"ann@example.com"});
  CHECK(all[1].allow.domains == std::vector<std::string>{"example.com"});
  CHECK(all[1].allow.providers == std::vector<std::string>{"github"});
  CHECK(all[2].path == "/");
  CHECK(all[2].allow.whom == auth::Admission::Whom::everybody);
}

TEST_CASE("what cannot guard is refused") {
  CHECK(problem("{}") == "protect: must be a list of { \"path\", \"allow\" }, 200 at most");
  CHECK(problem("[7]") ==
        "protect[0]: must be an object: { \"path\": \"/members\", \"allow\": \"signed-in\" }");
  const std::string path =
      "protect[0].path: must be a path of the site without %, ?, # and *, as \"/members\"";
  for (const char* bad : {"members", "", "/a%20b", "/a?b", "/a*", "/a#b", "/../a", "https://example.com/a"})
    CHECK_MESSAGE(problem(std::string(R"([{"path": ")") + bad + R"(", "allow": "signed-in"}])") == path, bad);
  CHECK(problem(R"([{"path": "/a", "alow": 1}])")
            .starts_with("protect[0].alow: unknown key (did you mean \"allow\"?)"));
  CHECK(problem(R"([{"path": "/a", "allow": "signed-in"}, {"path": "//a/", "allow": "everybody"}])") ==
        "protect[1].path: stands twice in this list");
}

TEST_CASE("an `allow` that says nothing, or what nobody can judge, is refused") {
  const std::string kinds =
      "protect[0].allow: must be \"signed-in\", \"everybody\", \"lua\", or lists: {\"emails\": […], "
      "\"domains\": […], \"providers\": […]}";
  for (const char* bad : {"true", "\"signed in\"", "[]", "null"})
    CHECK_MESSAGE(problem_of(bad) == kinds, bad);
  CHECK(problem(R"([{"path": "/a"}])") == kinds);
  const std::string nobody = "protect[0].allow: names nobody: list who may enter, or say \"signed-in\"";
  for (const char* bad : {"{}", R"({"emails": []})", R"({"domains": [], "providers": []})"})
    CHECK_MESSAGE(problem_of(bad) == nobody, bad);
  CHECK(problem_of(R"({"emails": ["ann"]})") ==
        "protect[0].allow.emails: \"ann\" is no address, as \"ann@example.com\"");
  CHECK(problem_of(R"({"domains": ["@example.com"]})") ==
        "protect[0].allow.domains: \"@example.com\" is no domain: write what stands behind the @, as "
        "\"example.com\"");
  CHECK(problem_of(R"({"domains": ["*.example.com"]})")
            .starts_with("protect[0].allow.domains: \"*.example.com\" is no domain"));
  for (const char* list : {"emails", "domains", "providers"})
    CHECK(problem_of("{\"" + std::string(list) + "\": [\"\"]}")
              .starts_with("protect[0].allow." + std::string(list) +
                           ": must be a list of texts, 10000 at most"));
  CHECK(problem_of(R"({"providers": ["gitlab"]})") ==
        "protect[0].allow.providers: \"gitlab\" is no OAuth provider of this configuration");
  CHECK(problem_of(R"({"domain": ["example.com"]})")
            .starts_with("protect[0].allow.domain: unknown key (did you mean \"domains\"?)"));
  CHECK(problem_of("\"lua\"") ==
        "protect[0].allow: there is no \"callbacks\" whose function protect could be asked");
}

TEST_CASE("lists end somewhere") {
  const auto list = [](size_t count) {
    std::string all;
    for (size_t i = 0; i < count; ++i)
      all += (i == 0 ? "" : ",") + ("\"u" + std::to_string(i) + "@example.com\"");
    return problem_of(R"({"emails": [)" + all + "]}");
  };
  CHECK(list(10'000) == "");
  CHECK(list(10'001).starts_with("protect[0].allow.emails: must be a list of texts, 10000 at most"));
  const auto paths = [](size_t count) {
    std::string all;
    for (size_t i = 0; i < count; ++i)
      all += (i == 0 ? "" : ",") + (R"({"path": "/p)" + std::to_string(i) + R"(", "allow": "signed-in"})");
    return problem("[" + all + "]");
  };
  CHECK(paths(200) == "");
  CHECK(paths(201) == "protect: must be a list of { \"path\", \"allow\" }, 200 at most");
}

TEST_CASE("without a database a provider cannot be told, unless a callback notes it") {
  const std::string text =
      R"({ "url": "https://example.com", "secret": "s", "database": null,
      "providers": [{"id": "github", "clientId": "a", "clientSecret": "b"}],
      "protect": [{"path": "/a", "allow": {"providers": ["github"]}}] })";
  CHECK(Site().problems(text).find("protect[0].allow.providers: without a database nobody knows") !=
        std::string::npos);
}
