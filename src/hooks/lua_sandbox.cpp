// What callbacks.lua finds in Lua. Lists of what there is, not of what is taken away: a newer Lua adds
// nothing. No object with a destructor in here: every call may leave by longjmp.
#include <algorithm>
#include <span>

#include "hooks/lua_state.hpp"

namespace hooks {
namespace {

using Names = std::span<const std::string_view>;

// Without print (standard output is the answer), load, dofile, loadfile, collectgarbage, warn.
constexpr std::string_view base_names[] = {"_G", "_VERSION", "assert", "error", "getmetatable", "ipairs",
                                           "next", "pairs", "pcall", "rawequal", "rawget", "rawlen", "rawset",
                                           "select", "setmetatable", "tonumber", "tostring", "type",
                                           // the libraries
                                           "string", "table", "math", "utf8"};
// Without dump, which would give bytecode.
constexpr std::string_view string_names[] = {"byte",    "char",  "find",   "format", "gmatch",   "gsub",
                                             "len",     "lower", "match",  "pack",   "packsize", "rep",
                                             "reverse", "sub",   "unpack", "upper"};
constexpr std::string_view table_names[] = {"concat", "insert", "move", "pack", "remove", "sort", "unpack"};
constexpr std::string_view math_names[] = {
    "abs",  "acos",   "asin",       "atan", "ceil",       "cos", "deg",        "exp",  "floor",
    "fmod", "huge",   "log",        "max",  "maxinteger", "min", "mininteger", "modf", "pi",
    "rad",  "random", "randomseed", "sin",  "sqrt",       "tan", "tointeger",  "type", "ult"};
constexpr std::string_view utf8_names[] = {"char", "charpattern", "codepoint", "codes", "len", "offset"};

bool is_among(Names names, lua_State* lua, int index) {
  size_t length = 0;
  const char* name = lua_type(lua, index) == LUA_TSTRING ? lua_tolstring(lua, index, &length) : "";
  return std::find(names.begin(), names.end(), std::string_view(name, length)) != names.end();
}

/// Opens a library and takes away what is not on the list. Leaves it on the stack.
void open_library(lua_State* lua, const char* library, lua_CFunction open, Names names) {
  luaL_requiref(lua, library, open, 1);
  lua_pushnil(lua);
  while (lua_next(lua, -2) != 0) {
    lua_pop(lua, 1);
    if (is_among(names, lua, -1)) continue;
    lua_pushvalue(lua, -1);
    lua_pushnil(lua);
    lua_rawset(lua, -4);
  }
}

/// Calls the upvalue, the function that is guarded, with what this one was called with.
int go_on(lua_State* lua) {
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
  return lua_gettop(lua);
}

/// Finalizers run where no limit counts.
int guarded_setmetatable(lua_State* lua) {
  if (lua_istable(lua, 2)) {
    lua_pushliteral(lua, "__gc");
    if (lua_rawget(lua, 2) != LUA_TNIL) return luaL_error(lua, "setmetatable: __gc is not available here");
    lua_pop(lua, 1);
  }
  return go_on(lua);
}

/// A length of one's own would have liblua move more elements than there are, without counting.
int guarded_shift(lua_State* lua) {
  if (luaL_getmetafield(lua, 1, "__len") != LUA_TNIL)
    return luaL_error(lua, "a table with __len cannot be inserted into or removed from here");
  return go_on(lua);
}

int guarded_move(lua_State* lua) {
  constexpr lua_Unsigned most = 1'000'000;
  const lua_Integer from = luaL_checkinteger(lua, 2), to = luaL_checkinteger(lua, 3);
  luaL_argcheck(lua, to < from || lua_Unsigned(to) - lua_Unsigned(from) < most, 3,
                "too many elements to move");
  return go_on(lua);
}

/// Any number of nothing is nothing; liblua counts to that number.
int guarded_rep(lua_State* lua) {
  size_t length = 0, separator = 0;
  luaL_checklstring(lua, 1, &length);
  luaL_checkinteger(lua, 2);
  luaL_optlstring(lua, 3, "", &separator);
  if (length + separator > 0) return go_on(lua);
  lua_pushliteral(lua, "");
  return 1;
}

/// liblua calls the handler where the error is: after a limit was met, nothing would count there. Here it is
/// called after it.
int late_xpcall(lua_State* lua) {
  luaL_checktype(lua, 2, LUA_TFUNCTION);
  lua_pushvalue(lua, 1);
  lua_insert(lua, 3);
  if (lua_pcall(lua, lua_gettop(lua) - 3, LUA_MULTRET, 0) == LUA_OK) {
    lua_pushboolean(lua, 1);
    lua_replace(lua, 2);
    return lua_gettop(lua) - 1;
  }
  lua_pushvalue(lua, 2);
  lua_insert(lua, -2);
  lua_call(lua, 1, 1);
  lua_pushboolean(lua, 0);
  lua_insert(lua, -2);
  return 2;
}

/// Replaces the field of the table on the stack by a function that has it as its upvalue.
void guard(lua_State* lua, const char* name, lua_CFunction function) {
  lua_getfield(lua, -1, name);
  lua_pushcclosure(lua, function, 1);
  lua_setfield(lua, -2, name);
}

void open_base(lua_State* lua) {
  open_library(lua, "_G", luaopen_base, base_names);
  guard(lua, "setmetatable", guarded_setmetatable);
  lua_pushcfunction(lua, late_xpcall);
  lua_setfield(lua, -2, "xpcall");
  lua_pop(lua, 1);
}

void open_text(lua_State* lua) {
  open_library(lua, "string", luaopen_string, string_names);
  guard(lua, "rep", guarded_rep);
  // The metatable of all texts is not for changing.
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 3);
}

void open_tables(lua_State* lua) {
  open_library(lua, "table", luaopen_table, table_names);
  guard(lua, "insert", guarded_shift);
  guard(lua, "remove", guarded_shift);
  guard(lua, "move", guarded_move);
  lua_pop(lua, 1);
}

void open_time(lua_State* lua) {
  lua_createtable(lua, 0, 2);
  lua_pushcfunction(lua, luaopen_os);
  lua_call(lua, 0, 1);
  for (const char* name : {"time", "date"}) {
    lua_getfield(lua, -1, name);
    lua_setfield(lua, -3, name);
  }
  lua_pop(lua, 1);
  lua_setglobal(lua, "os");
}

}  // namespace

void open_sandbox(lua_State* lua) {
  open_base(lua);
  open_text(lua);
  open_tables(lua);
  open_library(lua, "math", luaopen_math, math_names);
  open_library(lua, "utf8", luaopen_utf8, utf8_names);
  lua_pop(lua, 2);
  open_time(lua);
}

}  // namespace hooks
