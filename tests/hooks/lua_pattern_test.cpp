// Our string.find, match, gmatch and gsub against liblua's own.
#include <doctest/doctest.h>

#include <lua.hpp>
#include <random>

#include "hooks/lua_state.hpp"
#include "lua_site.hpp"

namespace {

const char* const script = R"(
local function show(...)
  local out = { select('#', ...) }
  for i = 1, select('#', ...) do out[#out + 1] = tostring((select(i, ...))) end
  return table.concat(out, '|')
end
local function try(f, ...)
  local ok, result = pcall(function(...) return show(f(...)) end, ...)
  return ok and result or 'error'
end
return function(s, p, init)
  local all = {}
  local collected = try(function()
    for a, b in s:gmatch(p, init) do
      all[#all + 1] = tostring(a) .. '/' .. tostring(b)
      if #all > 50 then break end
    end
    return table.concat(all, ';')
  end)
  return table.concat({ try(s.find, s, p, init), try(s.find, s, p, init, true), try(s.match, s, p, init), collected,
    try(s.gsub, s, p, '<%0>'), try(s.gsub, s, p, '%1%%', 2), try(s.gsub, s, p, '%2'), try(s.gsub, s, p, { a = 'T', b = false }),
    try(s.gsub, s, p, function(x, y) return y end) }, '\n')
end)";

/// A Lua that runs the script, plain or with our functions.
class Runner {
 public:
  explicit Runner(bool ours) {
    luaL_openlibs(lua_.get());
    *static_cast<hooks::LuaState**>(lua_getextraspace(lua_.get())) = nullptr;
    if (ours) hooks::open_strings(lua_.get());
    if (luaL_dostring(lua_.get(), script) != LUA_OK) FAIL(lua_tostring(lua_.get(), -1));
  }
  std::string run(const std::string& subject, const std::string& pattern, int init) {
    lua_State* lua = lua_.get();
    lua_pushvalue(lua, 1);
    lua_pushlstring(lua, subject.data(), subject.size());
    lua_pushlstring(lua, pattern.data(), pattern.size());
    lua_pushinteger(lua, init);
    if (lua_pcall(lua, 3, 1, 0) != LUA_OK) return "failed";
    const std::string out = lua_tostring(lua, -1);
    lua_settop(lua, 1);
    return out;
  }

 private:
  struct Close {
    void operator()(lua_State* lua) const { lua_close(lua); }
  };
  std::unique_ptr<lua_State, Close> lua_{luaL_newstate()};
};

}  // namespace

TEST_CASE("patterns match as in Lua: written by hand") {
  Runner plain(false), ours(true);
  const std::pair<const char*, const char*> table[] = {{"hello world", "o w"},
                                                       {"hello", "l+"},
                                                       {"hello", "(h)(.)"},
                                                       {"key = value", "^(%w+)%s*=%s*(%w+)$"},
                                                       {"  trim  ", "^%s*(.-)%s*$"},
                                                       {"THE (quick) fox", "%((%a+)%)"},
                                                       {"f(a(b)c)d", "%b()"},
                                                       {"THE quick", "%f[%a]%a+"},
                                                       {"aXb", "%u"},
                                                       {"x^y", "^"},
                                                       {"", "^$"},
                                                       {"", ".*"},
                                                       {"abc", "()b()"},
                                                       {"\"it's\"", "([\"'])(.-)%1"},
                                                       {"a.b-c", "[.-]"},
                                                       {"a]b", "[]]"},
                                                       {"a^b", "[^^]"},
                                                       {"a-z", "[a%-z]+"},
                                                       {"0x1F", "%x+"},
                                                       {"äöü", "[\xC3].?"},
                                                       {"abc", "[a-"},
                                                       {"abc", "[a"},
                                                       {"abc", "%"},
                                                       {"abc", "(a"},
                                                       {"abc", "a)"},
                                                       {"abc", "%1"},
                                                       {"abc", "(%1)"},
                                                       {"abc", "%b"},
                                                       {"abc", "%f"},
                                                       {"abc", "%fa"},
                                                       {"abc", "%ba"},
                                                       {"aaa", "a-b"},
                                                       {"aaa", "a?a?a?a?$"},
                                                       {"a$b", "$b"},
                                                       {"aaa", "(a*)(a-)"},
                                                       {"one;two;;four", "([^;]*)"},
                                                       {"abc", "."},
                                                       {"()", "[()]"},
                                                       {"[[x]]", "%[%[(.-)%]%]"},
                                                       {"a%b", "%%"},
                                                       {"abab", "(ab)%1"},
                                                       {"abc", "()%1"},
                                                       {"x", "x*x*x*x*x*y"},
                                                       {"a\n", "%c"},
                                                       {"a b", "%S+"}};
  for (const auto& row : table)
    for (const int init : {1, 2, -1, 0, 100, -100})
      CHECK_MESSAGE(ours.run(row.first, row.second, init) == plain.run(row.first, row.second, init),
                    row.first << " " << row.second);
  const std::string nul("a\0b\0", 4);
  CHECK(ours.run(nul, std::string("%z+", 3), 1) == plain.run(nul, std::string("%z+", 3), 1));
  CHECK(ours.run(nul, std::string("\0b", 2), 1) == plain.run(nul, std::string("\0b", 2), 1));
  // Behind a text's end is a NUL, which is none of it.
  const std::string open_end("a\0a", 3);
  CHECK(ours.run(open_end, "^(a%z)%1", 1) == plain.run(open_end, "^(a%z)%1", 1));
}

TEST_CASE("patterns match as in Lua: twenty thousand made by chance") {
  Runner plain(false), ours(true);
  std::mt19937 chance(20261123);
  const std::vector<std::string> parts{"a",      "b", ".", "%a", "%d", "%s", "[ab]", "[^a]", "[%w-]",
                                       "*",      "+", "-", "?",  "(",  ")",  "()",   "%1",   "%b()",
                                       "%f[%a]", "^", "$", "%",  "[",  "]",  "%%",   "1"};
  const auto made = [&](const std::vector<std::string>& of, unsigned most) {
    std::string out;
    for (auto i = chance() % (most + 1); i > 0; --i) out += of[chance() % of.size()];
    return out;
  };
  const std::vector<std::string> letters{"a", "b", "1", " ", "(", ")", "%", "-", "ab"};
  int different = 0, matched = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string subject = made(letters, 8), pattern = made(parts, 6);
    const int init = int(chance() % 5) - 1;
    const std::string expected = plain.run(subject, pattern, init);
    if (!expected.starts_with("error") && !expected.starts_with("1|nil")) ++matched;
    if (ours.run(subject, pattern, init) == expected) continue;
    ++different;
    MESSAGE(subject << " | " << pattern << " | " << expected << " | " << ours.run(subject, pattern, init));
  }
  CHECK(different == 0);
  CHECK(matched > 2000);
}
