// json, log, http and db: what callbacks reach the outside with.
// Each is a guarded function: it may throw, and looks at its arguments without ever failing by Lua's error.
#include "base/text.hpp"
#include "hooks/lua_state.hpp"

namespace hooks {
namespace {

using base::Json;

[[noreturn]] void refuse(const std::string& why) { throw std::runtime_error(why); }

/// The argument, which must be a text.
std::string text_argument(lua_State* lua, int index, const char* what) {
  if (lua_type(lua, index) != LUA_TSTRING) refuse(std::string(what) + " must be a text");
  size_t length = 0;
  const char* data = lua_tolstring(lua, index, &length);
  return {data, length};
}

/// The argument, which must be a table with names, or nothing: then an empty one.
Json object_argument(lua_State* lua, int index, const char* what) {
  if (lua_isnoneornil(lua, index)) return Json::object();
  Json value = read_json(lua, index);
  if (value.is_array() && value.elements().empty()) return Json::object();
  if (!value.is_object()) refuse(std::string(what) + " must be a table with names");
  return value;
}

// --- json ---

Json encode(LuaState&, lua_State* lua) {
  if (lua_gettop(lua) < 1) refuse("json.encode: a value is missing");
  return base::to_json(read_json(lua, 1));
}

Json decode(LuaState&, lua_State* lua) {
  try {
    return base::parse_json(text_argument(lua, 1, "json.decode: what is decoded"), {.depth = value_depth});
  } catch (const base::JsonError& error) {
    refuse(std::string("json.decode: ") + error.what() + " (line " + std::to_string(error.line) +
           ", column " + std::to_string(error.column) + ")");
  }
}

// --- log ---

/// It stands bare in the line.
bool is_code(std::string_view code) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  constexpr size_t longest = 64;
  return !code.empty() && code.size() <= longest && code.find_first_not_of(plain) == std::string_view::npos;
}

std::string message_argument(lua_State* lua, int index) {
  if (lua_isnoneornil(lua, index)) return {};
  if (lua_type(lua, index) == LUA_TSTRING) return text_argument(lua, index, "");
  return base::to_json(read_json(lua, index));
}

template <base::Level level>
Json write_log(LuaState& state, lua_State* lua) {
  const std::string code = text_argument(lua, 1, "log: the code");
  if (!is_code(code)) refuse("log: the code must be 1 to 64 letters, digits, '-', '_' or '.'");
  const std::string message = message_argument(lua, 2);
  const base::Log* log = state.services().log;
  if (!log) return {};
  if (state.take_log_line())
    log->write(level, code, {{"message", message}});
  else if (state.log_lines() == state.options().limits.log_lines + 1)
    log->warn("callback_log_limit", {{"message", "further lines of this call are left out"}});
  return {};
}

// --- http ---

http::Pairs headers_argument(lua_State* lua, int index) {
  http::Pairs headers;
  const Json given = object_argument(lua, index, "http: the headers");
  for (const auto& [name, value] : given.members()) {
    const std::string text = value.is_string() ? value.text() : base::to_json(value);
    const bool is_token = !name.empty() && name.find_first_not_of(
                                               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                                               "uvwxyz0123456789-_") == std::string::npos;
    if (!is_token || base::has_control(text)) refuse("http: a header that cannot be sent");
    headers.emplace_back(name, text);
  }
  return headers;
}

Json send(LuaState& state, const http::Outgoing& request) {
  if (state.loading()) refuse("http: for use in callbacks, not while the file is loaded");
  if (!state.services().client) refuse("http: not available here");
  if (!state.take_request())
    refuse("http: more than " + std::to_string(state.options().limits.requests) + " requests");
  const http::Answer answer = state.services().client->send(request);
  Json headers = Json::object();
  for (const auto& [name, value] : answer.headers)
    if (base::is_utf8(value)) headers.set(base::lower(name), value);
  return Json::object({{"status", answer.status}, {"headers", headers}, {"body", answer.body}});
}

Json get(LuaState& state, lua_State* lua) {
  return send(state, {.method = "GET",
                      .url = text_argument(lua, 1, "http.get: the address"),
                      .headers = headers_argument(lua, 2),
                      .body = {},
                      .follow = true});
}

/// A text is sent as it is, anything else as JSON.
Json post(LuaState& state, lua_State* lua) {
  http::Outgoing request{.method = "POST",
                         .url = text_argument(lua, 1, "http.post: the address"),
                         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                         .body = {}};
  if (lua_type(lua, 2) == LUA_TSTRING) {
    request.body = text_argument(lua, 2, "");
  } else if (!lua_isnoneornil(lua, 2)) {
    request.body = base::to_json(read_json(lua, 2));
    request.headers.front().second = "application/json";
  }
  for (auto& [name, value] : headers_argument(lua, 3)) {
    if (base::equal_ignoring_case(name, "Content-Type")) name = "Content-Type";
    http::put(request.headers, name, std::move(value));
  }
  return send(state, request);
}

// --- db ---

Json query(LuaState& state, lua_State* lua) {
  if (state.loading()) refuse("db.query: for use in callbacks, not while the file is loaded");
  if (!state.services().query) refuse("db.query: there is no database");
  const std::string sql = text_argument(lua, 1, "db.query: the statement");
  return state.services().query(sql, object_argument(lua, 2, "db.query: the parameters"));
}

/// A function that gives nothing.
template <LuaState::Function function>
int silent_function(lua_State* lua) {
  return LuaState::of(lua).guarded(lua, function) ? 0 : lua_error(lua);
}

}  // namespace

void open_services(lua_State* lua) {
  constexpr luaL_Reg json[] = {
      {"encode", guarded_function<encode>}, {"decode", guarded_function<decode>}, {nullptr, nullptr}};
  luaL_newlib(lua, json);
  push_null(lua);
  lua_setfield(lua, -2, "null");
  lua_setglobal(lua, "json");

  constexpr luaL_Reg log[] = {{"info", silent_function<write_log<base::Level::info>>},
                              {"warn", silent_function<write_log<base::Level::warn>>},
                              {"error", silent_function<write_log<base::Level::error>>},
                              {nullptr, nullptr}};
  luaL_newlib(lua, log);
  lua_setglobal(lua, "log");

  constexpr luaL_Reg http[] = {
      {"get", guarded_function<get>}, {"post", guarded_function<post>}, {nullptr, nullptr}};
  luaL_newlib(lua, http);
  lua_setglobal(lua, "http");

  constexpr luaL_Reg db[] = {{"query", guarded_function<query>}, {nullptr, nullptr}};
  luaL_newlib(lua, db);
  lua_setglobal(lua, "db");
}

}  // namespace hooks
