#include <doctest/doctest.h>

#include "lua_site.hpp"
#include "model/error.hpp"

using base::Json;
using namespace std::chrono_literals;

namespace {

/// Runs it in a callback; what the log says if it fails, else "".
std::string failure_of(LuaSite& site, const std::string& statements) {
  site.lines.clear();
  try {
    site.run(statements + "\nreturn {}");
    return "";
  } catch (const hooks::Thrown&) {
    return site.lines.empty() ? "silence" : site.lines.back();
  }
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Answers at once.
struct Echo : http::Client {
  http::Answer send(const http::Outgoing& request) override {
    requests.push_back(request);
    return {.status = 201,
            .headers = {{"X-Echo", request.method}, {"X-Latin-1", "caf\xe9"}},
            .body = request.body};
  }
  std::vector<http::Outgoing> requests;
};

}  // namespace

TEST_CASE("limits.steps: instructions") {
  LuaSite site;
  site.options.limits.steps = 100000;
  CHECK(failure_of(site, "for i = 1, 90000 do end") == "");
  CHECK(contains(failure_of(site, "for i = 1, 110000 do end"), "it takes more than 100000 steps"));
  CHECK(contains(failure_of(site, "for i = 1, 110000 do end"), "callbacks.lua:2:"));
}

TEST_CASE("limits.steps: each call counts anew") {
  LuaSite site("return { session = function(s) for i = 1, 60000 do end return s end }");
  site.options.limits.steps = 100000;
  for (int i = 0; i < 5; ++i) CHECK_NOTHROW(site.hooks().session(Json::object(), {}));
}

TEST_CASE("limits.steps: patterns, which liblua would match for years") {
  LuaSite site;
  site.options.limits.steps = 1000000;
  CHECK(failure_of(site, "local s = ('a'):rep(300) s:find('.-b')") == "");
  CHECK(contains(failure_of(site, "local s = ('a'):rep(300) s:find('.-.-.-.-.-.-b')"),
                 "more than 1000000 steps"));
  CHECK(contains(failure_of(site, "local s = ('a'):rep(300) s:gsub('.-.-.-.-.-.-b', '')"),
                 "more than 1000000 steps"));
  CHECK(contains(failure_of(site, "local s = ('a'):rep(300) s:match('(.*)(.*)(.*)(.*)(.*)b')"), "steps"));
  CHECK(contains(failure_of(site, "local s = ('a'):rep(300) for _ in s:gmatch('.-.-.-.-.-.-b') do end"),
                 "steps"));
}

TEST_CASE("limits.steps: a set counts by its length, and patterns do not nest without end") {
  LuaSite site;
  site.options.limits.steps = 1000000;
  CHECK(contains(failure_of(site,
                            "local set = '[' .. ('b'):rep(20000) .. ']' "
                            "for i = 1, 100 do (('a'):rep(10000)):find(set) end"),
                 "more than 1000000 steps"));
  // At each letter that it is compared with, too.
  CHECK(contains(failure_of(site,
                            "local set = '[' .. ('b'):rep(20000) .. 'a]' "
                            "local _ = (('a'):rep(10000)):find('^' .. set .. '*')"),
                 "more than 1000000 steps"));
  CHECK(
      contains(failure_of(site, "local _ = (('a'):rep(300)):find(('a?'):rep(300))"), "pattern too complex"));
  CHECK(contains(failure_of(site, "local _ = (''):find(('()'):rep(33))"), "too many captures"));
  CHECK(failure_of(site, "local _ = (''):find(('()'):rep(32))") == "");
  CHECK(contains(failure_of(site, "local _ = ('a'):match('(a')"), "unfinished capture"));
}

TEST_CASE("no error of a limit can be outlived") {
  LuaSite site;
  site.options.limits.steps = 100000;
  for (const std::string statements : {
           "while true do end",
           "while true do pcall(function() while true do end end) end",
           "local function f() pcall(f) while true do end end f()",
           "do return pcall(function() while true do end end) end",
           "xpcall(function() while true do end end, function() while true do end end) while true do end",
           "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do "
           "end",
           "local t = setmetatable({}, { __tostring = function() while true do end end }) tostring(t)",
           "repeat local ok = pcall(error) until false",
           "table.sort({ 3, 2, 1, 4, 5 }, function() while true do end end)",
           "('x'):gsub('x', function() while true do end end)",
           "for _ in function() return 1 end do end",
           "::again:: goto again",
       })
    CHECK_MESSAGE(contains(failure_of(site, statements), "it takes more than 100000 steps"), statements);
}

TEST_CASE("what liblua does at length inside of one function ends too") {
  LuaSite site;
  site.options.limits.steps = 1000000;
  const std::pair<const char*, const char*> table[] = {
      {"table.move({}, 1, 2^53 | 0, 2)", "too many elements"},
      {"table.move({}, 1, math.maxinteger - 1, 2)", "too many elements"},
      {"table.insert(setmetatable({}, { __len = function() return 2^53 | 0 end }), 1, 1)", "__len"},
      {"table.remove(setmetatable({}, { __len = function() return 2^53 | 0 end }), 1)", "__len"},
      {"table.sort(setmetatable({}, { __len = function() return 2^30 | 0 end, __index = rawlen, __newindex = "
       "rawequal }), "
       "rawequal)",
       ""},
      {"table.concat({}, '', 1, math.maxinteger)", "invalid value"},
      {"table.unpack({}, 1, 1e8)", "too many results"},
      {"string.rep('x', -1) .. string.rep('x', 1 << 40)", ""},
      {"string.format('%99999d', 1)", ""},
  };
  for (const auto& [statement, why] : table) {
    const std::string failure = failure_of(site, std::string("local _ = ") + statement);
    const std::string tried = statement;
    CHECK_MESSAGE(!failure.empty(), tried);
    CHECK_MESSAGE(contains(failure, why), tried << ": " << failure);
  }
  CHECK(failure_of(site, "assert((''):rep(1 << 60) == '')") == "");
  CHECK(failure_of(site, "assert(#table.move({ 1 }, 1, 1000000, 1) == 1)") == "");
  CHECK(failure_of(site, "assert(not (('a'):rep(4000000)):find(('a'):rep(2000000) .. 'b', 1, true))") == "");
}

TEST_CASE("limits.time") {
  LuaSite site;
  site.options.limits.steps = 1LL << 60;
  site.options.limits.time = 200ms;
  CHECK(failure_of(site, "for i = 1, 1000 do end") == "");
  const auto began = std::chrono::steady_clock::now();
  CHECK(contains(failure_of(site, "while true do end"), "it takes longer than 200 ms"));
  CHECK(contains(
      failure_of(site, "local t = {} for i = 1, 100000 do t[i] = -i end while true do table.sort(t) end"),
      "it takes longer than 200 ms"));
  CHECK(contains(failure_of(site, "local s = ('a'):rep(5000000) while true do local t = s .. 'b' end"),
                 "it takes longer than 200 ms"));
  CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("limits.memory") {
  LuaSite site;
  site.options.limits.memory = size_t{4} << 20;
  CHECK(failure_of(site, "local s = ('x'):rep(1 << 20)") == "");
  const char* too_much = "it needs more than 4194304 bytes of memory";
  CHECK(contains(failure_of(site, "local s = ('x'):rep(5 << 20)"), too_much));
  CHECK(contains(failure_of(site, "local t = {} while true do t[#t + 1] = {} end"), too_much));
  CHECK(contains(failure_of(site, "local s = 'x' while true do s = s .. s end"), too_much));
  CHECK(contains(failure_of(site, "local s = '' while true do s = s .. ('%99d'):format(1):rep(1000) end"),
                 too_much));
  CHECK(contains(failure_of(site, "local t = json.decode('[' .. ('1,'):rep(300000) .. '1]')"), too_much));
  CHECK(contains(failure_of(site, "local function f() return 1 + f() end f()"), "memory"));
}

TEST_CASE("limits.memory: a text is not copied as often as a callback names it") {
  LuaSite site;
  const std::string a_thousand =
      "local text, list = ('x'):rep(1 << 20), {} for i = 1, 1000 do list[i] = text end ";
  const std::string too_much = "more than 16777216 bytes of text";
  CHECK(contains(failure_of(site, a_thousand + "json.encode(list)"), too_much));
  CHECK(contains(failure_of(site, a_thousand + "log.info('list', list)"), too_much));
  CHECK(contains(failure_of(site, a_thousand + "do return { list = list } end"), too_much));
  CHECK(contains(failure_of(site,
                            "local name, lists = ('x'):rep(1 << 20), {} "
                            "for i = 1, 1000 do lists[i] = { [name] = 1 } end json.encode(lists)"),
                 too_much));
  CHECK(failure_of(site, "local text = ('x'):rep(1 << 20) json.encode({ text, text, text })") == "");
}

TEST_CASE("a Lua that met a limit is not used again, others are") {
  LuaSite site(R"(kept = (kept or 0) + 1
  return { session = function(s)
    calls = (calls or 0) + 1
    if s.fill then local t = {} while true do t[#t + 1] = {} end end
    if s.fail then error('once') end
    return { calls = calls }
  end })");
  const auto calls = [&] { return site.hooks().session(Json::object(), {}).find("calls")->integer(); };
  CHECK(calls() == 1);
  CHECK(calls() == 2);
  CHECK_THROWS_AS(site.hooks().session(Json::object({{"fail", true}}), {}), hooks::Thrown);
  CHECK(calls() == 4);
  CHECK_THROWS_AS(site.hooks().session(Json::object({{"fill", true}}), {}), hooks::Thrown);
  CHECK(calls() == 1);
}

TEST_CASE("limits.source") {
  LuaSite site("return {} --" + std::string(1000, 'x'));
  site.options.limits.source = 1012;
  CHECK(hooks::check_lua(site.options).empty());
  site.options.limits.source = 1011;
  CHECK(hooks::check_lua(site.options).size() == 1);
  LuaSite other;
  other.write("more.lua", "return 1 --" + std::string(1001, 'x'));
  other.options.limits.source = 1011;
  CHECK(contains(failure_of(other, "require('more')"), "more.lua: larger than 1011 bytes"));
}

TEST_CASE("nothing is sent while the file is loaded: nobody may be there to wait for") {
  LuaSite site("http.get('https://a.example/') return {}");
  Echo echo;
  site.services.client = &echo;
  CHECK_THROWS_AS(site.hooks().session(Json::object(), {}), model::ConfigError);
  CHECK(echo.requests.empty());
}

TEST_CASE("nor is a database asked") {
  LuaSite site("db.query('SELECT 1') return {}");
  int asked = 0;
  site.services.query = [&](const std::string&, const Json&) {
    ++asked;
    return Json::array();
  };
  CHECK_THROWS_AS(site.hooks().session(Json::object(), {}), model::ConfigError);
  CHECK(asked == 0);
}

TEST_CASE("limits.message and limits.url") {
  LuaSite site(R"(return { signIn = function(user)
    if user.url then return '/' .. ('u'):rep(user.url - 1) end
    error(('m'):rep(user.message), 0)
  end })");
  site.options.limits.message = 10;
  site.options.limits.url = 10;
  const auto thrown = [&](int length) {
    try {
      site.hooks().sign_in(Json::object({{"message", length}}), {}, {});
    } catch (const hooks::Thrown& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(thrown(10) == "mmmmmmmmmm");
  CHECK(thrown(11) == "mmmmmmmmmm");
  CHECK(site.hooks().sign_in(Json::object({{"url", 10}}), {}, {}).redirect == "/uuuuuuuuu");
  CHECK_THROWS_AS(site.hooks().sign_in(Json::object({{"url", 11}}), {}, {}), hooks::Thrown);
}

TEST_CASE("limits.log_lines") {
  LuaSite site;
  site.options.limits.log_lines = 3;
  site.run("for i = 1, 3 do log.info('line', i) end return {}");
  CHECK(site.lines.size() == 3);
  site.lines.clear();
  site.run("for i = 1, 100 do log.info('line', i) end return {}");
  CHECK(site.lines.size() == 4);
  CHECK(contains(site.lines.back(), "callback_log_limit"));
}

TEST_CASE("limits.requests, and what http sends") {
  LuaSite site;
  Echo echo;
  site.services.client = &echo;
  site.options.limits.requests = 2;
  CHECK(site.value("http.get('https://a.example/x', { Accept = 'text/plain' }).status") == "201");
  CHECK(echo.requests.back().url == "https://a.example/x");
  CHECK(http::first(echo.requests.back().headers, "Accept") == "text/plain");
  CHECK(site.value("http.post('https://a.example/', { a = 1 }).body") == R"({"a":1})");
  CHECK(http::first(echo.requests.back().headers, "Content-Type") == "application/json");
  CHECK(
      site.value(
          "http.post('https://a.example/', 'x=1', { ['content-type'] = 'text/plain' }).headers['x-echo']") ==
      "POST");
  CHECK(http::first(echo.requests.back().headers, "Content-Type") == "text/plain");
  CHECK(echo.requests.back().headers.size() == 1);
  CHECK(site.value("http.get('https://a.example/').headers['x-latin-1']") == "nil");  // no UTF-8, no text
  CHECK(site.value("http.get('https://a.example/', { ['X-A'] = 'b\\r\\nX-C: d' })") == "failed");
  CHECK(site.value("http.get('https://a.example/', { ['X-A: b\\r\\nX'] = 'd' })") == "failed");
  CHECK(site.value("http.get()") == "failed");
  CHECK(failure_of(site, "for i = 1, 2 do http.get('https://a.example/') end") == "");
  CHECK(contains(failure_of(site, "for i = 1, 3 do http.get('https://a.example/') end"),
                 "more than 2 requests"));
}

TEST_CASE("eight threads call at once, each with a Lua of its own") {
  LuaSite site(R"(return { session = function(s)
    mine = s.number
    for i = 1, 1000 do assert(mine == s.number) end
    return { number = mine, text = ('x'):rep(s.number) }
  end })");
  hooks::Hooks& hooks = site.hooks();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int number = 1; number <= 8; ++number)
    threads.emplace_back([&hooks, &right, number] {
      for (int i = 0; i < 50; ++i)
        if (hooks.session(Json::object({{"number", number}}), {}).find("number")->integer() == number)
          ++right;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 400);
}
