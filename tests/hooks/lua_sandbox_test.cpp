#include <doctest/doctest.h>

#include <map>

#include "lua_site.hpp"
#include "model/error.hpp"

namespace {

/// Names that a table has beyond those that belong there, and those that lack: "+dofile -type".
std::string difference(LuaSite& site, const std::string& table, const std::string& expected) {
  const std::string keys =
      "(function() local names = {} for name in pairs(" + table +
      ") do names[#names + 1] = name end table.sort(names) return table.concat(names, ' ') end)()";
  const std::string found = site.value(keys);
  return found == expected ? "" : found;
}

}  // namespace

TEST_CASE("Lua has what is documented and nothing else") {
  LuaSite site;
  CHECK(difference(
            site, "_G",
            "_G _VERSION assert db error getmetatable http ipairs json log math next os pairs pcall rawequal "
            "rawget rawlen rawset require select setmetatable string table tonumber tostring type utf8 "
            "xpcall") == "");
  CHECK(difference(site, "os", "date time") == "");
  CHECK(difference(
            site, "string",
            "byte char find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper") ==
        "");
  CHECK(difference(site, "table", "concat insert move pack remove sort unpack") == "");
  CHECK(difference(site, "utf8", "char charpattern codepoint codes len offset") == "");
  CHECK(difference(site, "json", "decode encode null") == "");
  CHECK(difference(site, "log", "error info warn") == "");
  CHECK(difference(site, "http", "get post") == "");
  CHECK(difference(site, "db", "query") == "");
  CHECK(
      difference(
          site, "math",
          "abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad "
          "random randomseed sin sqrt tan tointeger type ult") == "");
}

TEST_CASE("there is no way out") {
  LuaSite site;
  site.write("outside.txt", "secret");
  // Each gives nil, false or fails.
  for (const std::string expression :
       {"io",
        "os.execute",
        "os.getenv",
        "os.exit",
        "os.remove",
        "os.rename",
        "os.tmpname",
        "os.setlocale",
        "debug",
        "package",
        "coroutine",
        "load",
        "loadstring",
        "dofile",
        "loadfile",
        "collectgarbage",
        "print",
        "warn",
        "string.dump",
        "module",
        "setfenv",
        "getfenv",
        "newproxy",
        "unpack",
        "_ENV.io",
        "_G._LOADED",
        "_G.package",
        "io.open('/etc/passwd')",
        "load('return 1')",
        "string.dump(function() end)",
        "('').dump",
        "require('os')",
        "require('io')",
        "require('debug')",
        "require('package')",
        "require('string')",
        "getmetatable('')",
        "getmetatable('x').__index",
        "rawget(getmetatable('') or {}, '__index')",
        "getmetatable(json.null)",
        "getmetatable(json.decode('[]'))",
        "getmetatable(print)",
        "getmetatable(nil)",
        "setmetatable('', {})",
        "setmetatable(json.null, {})",
        "setmetatable(json.decode('[]'), {})",
        "setmetatable({}, { __gc = function() end })",
        "setmetatable({}, { __gc = false })",
        "(function() local t = setmetatable({}, {}) return setmetatable(t, { __gc = 1 }) end)()",
        "error.dump",
        "#_G.debug",
        "json.null.x",
        "json.null()",
        "json.null.x.y"}) {
    const std::string value = site.value(expression);
    CHECK_MESSAGE((value == "nil" || value == "false" || value == "failed"),
                  expression << " gives " << value);
  }
}

TEST_CASE("bytecode is not loaded") {
  LuaSite site("\x1bLua\x54\x00 whatever");
  CHECK_THROWS_AS(site.hooks().session({}, {}), model::ConfigError);
  LuaSite other;
  other.write("code.lua", std::string("\x1bLua\x54", 5));
  CHECK(other.value("require('code')") == "failed");
  CHECK(other.logged("attempt to load a binary chunk"));
}

TEST_CASE("a global of one call is not the visitor's of another Lua, and texts keep their methods") {
  LuaSite site;
  CHECK(site.value("('x'):rep(3)") == "xxx");
  CHECK(site.value("('a,b'):gsub(',', ';')") == "a;b");
  CHECK(site.value("pcall(function() ('').foo = 1 end)") == "false");
}

TEST_CASE("require reads files of the configuration's folder, once, and no others") {
  LuaSite site;
  site.write("lib/people.lua", "runs = (runs or 0) + 1\nreturn { admin = 'ann', name = ... }");
  site.write("nothing.lua", "local x = 1");
  site.write("circle.lua", "return require('circle')");
  site.write("broken.lua", "\n\nreturn (");
  site.write("fails.lua", "\nerror('not today')");
  CHECK(site.value("require('lib.people').admin") == "ann");
  CHECK(site.value("require('lib.people').name") == "lib.people");
  CHECK(site.value("require('lib.people') == require('lib.people') and runs") == "1");
  CHECK(site.value("require('nothing')") == "true");
  const std::pair<const char*, const char*> table[] = {
      {"require('circle')", "requires itself"},
      {"require('missing')", "there is no file"},
      {"require('broken')", "broken.lua:3:"},
      {"require('fails')", "fails.lua:2: not today"},
      {"select(2, pcall(require, 'fails')) == select(2, pcall(require, 'fails')) and error('same')", "same"},
      {"require('..people')", "a name is like"},
      {"require('../people')", "a name is like"},
      {"require('/etc/passwd')", "a name is like"},
      {"require('lib/people')", "a name is like"},
      {"require('lib.people\\0.x')", "a name is like"},
      {"require('')", "a name is like"},
      {"require('.')", "a name is like"},
      {"require(5)", "string expected"},
  };
  for (const auto& [expression, why] : table) {
    site.lines.clear();
    const std::string tried = expression;
    CHECK_MESSAGE(site.value(tried) == "failed", tried);
    CHECK_MESSAGE(site.logged(why), tried << ": " << (site.lines.empty() ? "" : site.lines.back()));
  }
}

TEST_CASE("a symbolic link does not lead out of the folder") {
  LuaSite site;
  const scratch::Folder elsewhere;
  std::ofstream(elsewhere.file("stolen.lua")) << "return 'stolen'";
  std::filesystem::create_symlink(elsewhere.file("stolen.lua"), site.folder.file("link.lua"));
  std::filesystem::create_directory_symlink(elsewhere.file(""), site.folder.file("linked"));
  site.write("lib/inside.lua", "return 'inside'");
  std::filesystem::create_symlink(site.folder.file("lib/inside.lua"), site.folder.file("alias.lua"));
  CHECK(site.value("require('link')") == "failed");
  CHECK(site.logged("is outside of the configuration's folder"));
  CHECK(site.value("require('linked.stolen')") == "failed");
  CHECK(site.value("require('alias')") == "inside");
}

TEST_CASE("xpcall calls its handler, after the error") {
  LuaSite site;
  CHECK(site.value(
            "select(2, xpcall(function() error('x', 0) end, function(why) return 'seen ' .. why end))") ==
        "seen x");
  CHECK(site.value("select(3, xpcall(function(...) return ... end, error, 1, 2))") == "2");
  CHECK(site.value("xpcall(function() error('x') end, function() end)") == "false");
  CHECK(site.value("xpcall(1, 2)") == "failed");
}

TEST_CASE("time and numbers are there") {
  LuaSite site;
  CHECK(site.value("os.date('!%Y-%m-%d', 0)") == "1970-01-01");
  CHECK(site.value("os.time({ year = 2026, month = 11, day = 23 }) > 1000000000") == "true");
  CHECK(site.value("math.random() < 1 and utf8.char(228) .. math.floor(2.5)") == "ä2");
  CHECK(site.value("table.concat({ table.unpack({ 3, 1, 2 }) }, ',')") == "3,1,2");
  CHECK(
      site.value(
          "(function() local t = { 1, 2 } table.insert(t, 1, 0) table.remove(t) return #t .. t[1] end)()") ==
      "20");
  CHECK(site.value("table.move({ 1, 2, 3 }, 2, 3, 1)[2]") == "3");
}

TEST_CASE("log writes a code and a message, which cannot forge another line") {
  LuaSite site;
  site.run("log.info('my_code', 'a\\nb') log.warn('other.code', { a = 1 }) log.error('third') return {}");
  CHECK(site.logged("info my_code message=\"a\\x0ab\"\n"));
  CHECK(site.logged("warn other.code message=\"{\\\"a\\\":1}\""));
  CHECK(site.logged("error third"));
  for (const std::string code : {"''", "'two words'", "'a\\nb'", "'a=b'", "5", "nil", "('x'):rep(65)"})
    CHECK_MESSAGE(site.value(std::string("(log.info(") + code + ", 'x'))") == "failed", code);
  CHECK(site.value("(log.info(('x'):rep(64), 'x'))") == "nil");
}

TEST_CASE("http and db are refused where there is none, and while the file is loaded") {
  LuaSite site;
  CHECK(site.value("http.get('https://example.com')") == "failed");
  CHECK(site.logged("http: not available here"));
  CHECK(site.value("db.query('SELECT 1')") == "failed");
  CHECK(site.logged("there is no database"));
  for (const std::string top :
       {"http.get('https://example.com')", "http.post('https://example.com')", "db.query('SELECT 1')"}) {
    LuaSite loading(std::string(top) + "\nreturn {}");
    CHECK_MESSAGE(hooks::check_lua(loading.options).size() == 1, top);
    CHECK(hooks::check_lua(loading.options).front().line == 1);
  }
}

TEST_CASE("db.query hands over statement and parameters, and gives rows") {
  LuaSite site;
  std::string asked;
  site.services.query = [&](const std::string& sql, const base::Json& parameters) {
    asked = sql + base::to_json(parameters);
    if (sql == "broken") throw std::runtime_error("auth.db: no such table");
    return base::parse_json(R"([{"id":1,"name":null}])");
  };
  CHECK(site.value("db.query('SELECT :id', { id = 1 })[1].id") == "1");
  CHECK(asked == "SELECT :id{\"id\":1}");
  CHECK(site.value("db.query('SELECT 1')[1].name == json.null") == "true");
  CHECK(asked == "SELECT 1{}");
  CHECK(site.value("db.query('SELECT 1', { 1, 2 })") == "failed");
  CHECK(site.value("db.query(5)") == "failed");
  CHECK(site.value("db.query('broken')") == "failed");
  CHECK(site.logged("auth.db: no such table"));
}
