// JSON and Lua's values. json.null stands for null; nil is what is not there.
#include <algorithm>

#include "base/text.hpp"
#include "hooks/lua_state.hpp"

namespace hooks {
namespace {

// Their addresses are what counts.
const char null_value = 0;
const char list_key = 0;

[[noreturn]] void not_json(const std::string& why) {
  throw std::runtime_error("this cannot be JSON: " + why);
}

int null_text(lua_State* lua) {
  lua_pushliteral(lua, "null");
  return 1;
}

int no_index(lua_State* lua) { return luaL_error(lua, "json.null has no fields"); }

/// What a table's keys are.
struct Shape {
  size_t names = 0, numbers = 0;
  lua_Integer last = 0;  // the largest number
};

/// Reads one value, and counts what is in it.
class Reading {
 public:
  explicit Reading(lua_State* lua) : lua_(lua) {}

  base::Json value(int index, int depth) {
    switch (lua_type(lua_, index)) {
      case LUA_TNIL:
        return {};
      case LUA_TBOOLEAN:
        return lua_toboolean(lua_, index) != 0;
      case LUA_TNUMBER:
        if (lua_isinteger(lua_, index)) return std::int64_t{lua_tointeger(lua_, index)};
        return lua_tonumber(lua_, index);
      case LUA_TSTRING:
        return text(index);
      case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(lua_, index) == &null_value) return {};
        break;
      case LUA_TTABLE:
        return table(index, depth);
      default:
        break;
    }
    not_json(std::string("a ") + lua_typename(lua_, lua_type(lua_, index)));
  }

 private:
  std::string text(int index) {
    size_t length = 0;
    const char* data = lua_tolstring(lua_, index, &length);
    bytes_ += length;
    if (bytes_ > value_bytes)
      throw std::runtime_error("more than " + std::to_string(value_bytes) + " bytes of text");
    std::string out(data, length);
    if (!base::is_utf8(out)) not_json("a text that is no UTF-8");
    // No JSON that is read here may have one: a token with it could not be read again.
    if (out.find('\0') != std::string::npos) not_json("a text with a NUL in it");
    return out;
  }

  base::Json table(int index, int depth) {
    if (depth >= value_depth) not_json("nested too deeply, or a table that contains itself");
    if (!lua_checkstack(lua_, 4)) not_json("too much of it");
    const int at = lua_absindex(lua_, index);
    const Shape shape = shape_of(at);
    if (shape.names > 0) return object(at, depth);
    if (shape.numbers > 0) return list(at, shape.last, depth);
    return is_marked_list(at) ? base::Json::array() : base::Json::object();
  }

  Shape shape_of(int at) {
    Shape shape;
    lua_pushnil(lua_);
    while (lua_next(lua_, at) != 0) {
      lua_pop(lua_, 1);
      if (++nodes_ > value_nodes) not_json("more than " + std::to_string(value_nodes) + " values");
      if (lua_type(lua_, -1) == LUA_TSTRING)
        ++shape.names;
      else if (lua_isinteger(lua_, -1) && lua_tointeger(lua_, -1) > 0) {
        ++shape.numbers;
        shape.last = std::max(shape.last, lua_tointeger(lua_, -1));
      } else {
        not_json("a key that is neither a text nor a place in a list");
      }
    }
    if (shape.names > 0 && shape.numbers > 0) not_json("a table that is a list and has names too");
    if (size_t(shape.last) != shape.numbers) not_json("a list with holes: put json.null there");
    return shape;
  }

  base::Json list(int at, lua_Integer length, int depth) {
    base::Json out = base::Json::array();
    for (lua_Integer i = 1; i <= length; ++i) {
      lua_rawgeti(lua_, at, i);
      out.elements().push_back(value(-1, depth + 1));
      lua_pop(lua_, 1);
    }
    return out;
  }

  base::Json object(int at, int depth) {
    base::Json out = base::Json::object();
    lua_pushnil(lua_);
    while (lua_next(lua_, at) != 0) {
      out.members().emplace_back(text(-2), value(-1, depth + 1));
      lua_pop(lua_, 1);
    }
    // Lua's own order differs from run to run.
    std::sort(out.members().begin(), out.members().end(),
              [](const auto& one, const auto& other) { return one.first < other.first; });
    return out;
  }

  bool is_marked_list(int at) {
    if (!lua_getmetatable(lua_, at)) return false;
    lua_rawgetp(lua_, LUA_REGISTRYINDEX, &list_key);
    const bool same = lua_rawequal(lua_, -1, -2) != 0;
    lua_pop(lua_, 2);
    return same;
  }

  lua_State* lua_;
  size_t nodes_ = 0, bytes_ = 0;
};

void push_object(lua_State* lua, const base::Json& value) {
  lua_createtable(lua, 0, int(value.members().size()));
  for (const auto& [name, member] : value.members()) {
    lua_pushlstring(lua, name.data(), name.size());
    push_json(lua, member);
    lua_rawset(lua, -3);
  }
}

/// Marked, so that an empty one is a list again on its way back.
void push_list(lua_State* lua, const base::Json& value) {
  lua_createtable(lua, int(value.elements().size()), 0);
  lua_Integer place = 0;
  for (const base::Json& element : value.elements()) {
    push_json(lua, element);
    lua_rawseti(lua, -2, ++place);
  }
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &list_key);
  lua_setmetatable(lua, -2);
}

}  // namespace

void open_values(lua_State* lua) {
  lua_createtable(lua, 0, 1);
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &list_key);
  // All light userdata share this metatable; null is the only one there is.
  push_null(lua);
  lua_createtable(lua, 0, 4);
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_pushcfunction(lua, null_text);
  lua_setfield(lua, -2, "__tostring");
  lua_pushcfunction(lua, no_index);
  lua_setfield(lua, -2, "__index");
  lua_setmetatable(lua, -2);
  lua_pop(lua, 1);
}

void push_null(lua_State* lua) { lua_pushlightuserdata(lua, const_cast<char*>(&null_value)); }

// No object with a destructor in here: every call may leave by longjmp.
void push_json(lua_State* lua, const base::Json& value) {
  luaL_checkstack(lua, 4, "a value nested too deeply");
  if (value.is_null())
    push_null(lua);
  else if (value.is_bool())
    lua_pushboolean(lua, value.boolean() ? 1 : 0);
  else if (value.is_integer())
    lua_pushinteger(lua, value.integer());
  else if (value.is_number())
    lua_pushnumber(lua, value.number());
  else if (value.is_string())
    lua_pushlstring(lua, value.text().data(), value.text().size());
  else if (value.is_array())
    push_list(lua, value);
  else
    push_object(lua, value);
}

base::Json read_json(lua_State* lua, int index) {
  const int top = lua_gettop(lua);
  try {
    return Reading(lua).value(index, 0);
  } catch (...) {
    lua_settop(lua, top);
    throw;
  }
}

base::Json in_order_of(base::Json value, const base::Json& pattern) {
  if (!value.is_object() || !pattern.is_object()) return value;
  base::Json out = base::Json::object();
  for (const auto& [name, member] : pattern.members())
    if (base::Json* found = value.find(name)) {
      out.members().emplace_back(name, in_order_of(std::move(*found), member));
      value.erase(name);
    }
  for (auto& member : value.members()) out.members().push_back(std::move(member));
  return out;
}

}  // namespace hooks
