// require("lib.people"): lib/people.lua in the configuration's folder, run once in each Lua.
#include "base/file.hpp"
#include "base/text.hpp"
#include "hooks/lua_state.hpp"

namespace hooks {
namespace {

namespace fs = std::filesystem;

// Upvalues of require.
constexpr int loaded = 1;  // what the files gave, by name; false while one is being run

bool is_name(std::string_view name) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  constexpr size_t longest = 200;
  if (name.size() > longest) return false;
  for (const std::string_view part : base::split(name, '.'))
    if (part.empty() || part.find_first_not_of(plain) != std::string_view::npos) return false;
  return true;
}

/// Symbolic links may lead out of the folder: what counts is where the file really is.
bool is_inside(const fs::path& file, const fs::path& folder) {
  const fs::path way = file.lexically_relative(folder);
  return !way.empty() && *way.begin() != "..";
}

base::Json read_source(LuaState& state, lua_State* lua) {
  size_t length = 0;
  const char* data = lua_tolstring(lua, 1, &length);
  const std::string name(data, length);
  if (!is_name(name)) throw std::runtime_error("require: a name is like \"people\" or \"lib.people\"");
  const fs::path folder = fs::canonical(state.options().folder);
  const fs::path file = folder / (base::replace_all(name, ".", "/") + ".lua");
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (error) throw std::runtime_error("require: there is no file " + file.string());
  if (!is_inside(real, folder))
    throw std::runtime_error("require: " + file.string() + " is outside of the configuration's folder");
  const auto text = base::read_file(real, state.options().limits.source);
  if (!text) throw std::runtime_error("require: there is no file " + file.string());
  return *text;
}

int require(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TSTRING);
  lua_settop(lua, 1);
  lua_pushvalue(lua, 1);
  if (lua_rawget(lua, lua_upvalueindex(loaded)) == LUA_TBOOLEAN && !lua_toboolean(lua, -1))
    return luaL_error(lua, "require: %s requires itself", lua_tostring(lua, 1));
  if (!lua_isnil(lua, -1)) return 1;
  LuaState& state = LuaState::of(lua);
  if (!state.guarded(lua, read_source)) return lua_error(lua);
  luaL_gsub(lua, lua_tostring(lua, 1), ".", "/");
  const char* chunk = lua_pushfstring(lua, "@%s.lua", lua_tostring(lua, -1));
  const std::string& source = state.result().text();
  if (luaL_loadbufferx(lua, source.data(), source.size(), chunk, "t") != LUA_OK) return lua_error(lua);
  lua_pushvalue(lua, 1);
  lua_pushboolean(lua, 0);
  lua_rawset(lua, lua_upvalueindex(loaded));
  lua_pushvalue(lua, 1);
  if (lua_pcall(lua, 1, 1, 0) != LUA_OK) {
    lua_pushvalue(lua, 1);
    lua_pushnil(lua);
    lua_rawset(lua, lua_upvalueindex(loaded));
    return lua_error(lua);
  }
  if (!lua_toboolean(lua, -1)) {  // as in Lua, a file that gives nothing counts as true
    lua_pop(lua, 1);
    lua_pushboolean(lua, 1);
  }
  lua_pushvalue(lua, 1);
  lua_pushvalue(lua, -2);
  lua_rawset(lua, lua_upvalueindex(loaded));
  return 1;
}

}  // namespace

void open_require(lua_State* lua) {
  lua_createtable(lua, 0, 0);
  lua_pushcclosure(lua, require, 1);
  lua_setglobal(lua, "require");
}

}  // namespace hooks
