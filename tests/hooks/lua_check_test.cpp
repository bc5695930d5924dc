#include <doctest/doctest.h>

#include "lua_site.hpp"
#include "model/error.hpp"

namespace {

/// "line: message" of each problem.
std::vector<std::string> problems(const std::string& body) {
  const LuaSite site(body);
  std::vector<std::string> out;
  for (const hooks::LuaProblem& problem : hooks::check_lua(site.options)) {
    CHECK(problem.file == site.folder.file("callbacks.lua"));
    out.push_back(std::to_string(problem.line) + ": " + problem.message);
  }
  return out;
}

std::string problem(const std::string& body) {
  const auto all = problems(body);
  return all.size() == 1 ? all.front() : std::to_string(all.size()) + " problems";
}

}  // namespace

TEST_CASE("a callbacks.lua that can be used") {
  CHECK(problems("return {}").empty());
  CHECK(problems("\xEF\xBB\xBFreturn { signIn = function() end, events = {}, profile = {} }").empty());
  CHECK(problems("return { profile = { ['any-id'] = function() end }, events = { signIn = function() end } }")
            .empty());
}

TEST_CASE("what cannot be used is reported with its line") {
  CHECK(problem("return {\n  signIn = function( end\n}") == "2: <name> or '...' expected near 'end'");
  CHECK(problem("\nlocal x = nothing.here\nreturn {}") ==
        "2: attempt to index a nil value (global 'nothing')");
  CHECK(problem("\nerror('no', 0)") == "2: no");
  CHECK(problem("local x = 1").find("0: the file must return a table") == 0);
  CHECK(problem("return 5").find("0: the file must return a table") == 0);
  CHECK(problem("while true do end").find("1: it takes more than") == 0);
  CHECK(problem("local t = {} while true do t[#t + 1] = {} end").find("needs more than") !=
        std::string::npos);
}

TEST_CASE("a name that is no callback's is reported with the nearest one, every problem at once") {
  const auto all = problems(R"(return {
  signin = function() end,
  sesion = function() end,
  events = {
    signedIn = function() end,
    signOut = 'x',
  },
  jwt = 5,
  profile = { github = true },
})");
  const std::vector<std::string> expected{
      "0: events.signOut must be a function",
      "0: jwt must be a function",
      "0: profile.github must be a function",
      "2: the table has an unknown entry \"signin\" (did you mean \"signIn\"?)",
      "3: the table has an unknown entry \"sesion\" (did you mean \"session\"?)",
      "5: events has an unknown entry \"signedIn\" (did you mean \"signIn\"?)"};
  CHECK(all == expected);
  CHECK(problem("return { function() end }") == "1: the table must have names, and no numbered entries");
  CHECK(problem("return { events = function() end }") == "1: events must be a table of functions");
}

TEST_CASE("a problem in a file that is required is reported there") {
  LuaSite site("return require('lib.broken')");
  site.write("lib/broken.lua", "\n\nreturn (");
  const auto found = hooks::check_lua(site.options);
  REQUIRE(found.size() == 1);
  CHECK(found.front().file == site.folder.file("lib/broken.lua"));
  CHECK(found.front().line == 3);
  CHECK(found.front().text().find("broken.lua:3: ") == 0);
}

TEST_CASE("a file of no use fails each callback until it is mended") {
  LuaSite site("return {");
  CHECK_THROWS_WITH_AS(site.hooks().sign_in({}, {}, {}),
                       "callbacks: callbacks.lua:1: unexpected symbol near <eof>", model::ConfigError);
  std::filesystem::remove(site.folder.file("callbacks.lua"));
  CHECK_THROWS_WITH_AS(site.hooks().sign_in({}, {}, {}), "callbacks: callbacks.lua: there is no such file",
                       model::ConfigError);
  site.write("callbacks.lua", "return { signIn = function() return false end }");
  CHECK_FALSE(site.hooks().sign_in({}, {}, {}).allowed);
}
