// string.find, match, gmatch, gsub: liblua's, on patterns that can be stopped.
// No object with a destructor in here: every call may leave by longjmp.
#include <algorithm>
#include <cstring>

#include "hooks/lua_pattern.hpp"

namespace hooks {
namespace {

using Text = LuaPattern::Text;

Text text_at(lua_State* lua, int index) {
  size_t length = 0;
  const char* data = luaL_checklstring(lua, index, &length);
  return {data, data + length};
}

/// A place counted from 1, or from the end if negative, as an offset; behind the end for what is further.
size_t offset_at(lua_State* lua, int index, size_t length) {
  const lua_Integer place = luaL_optinteger(lua, index, 1);
  if (place > 0) return std::min(size_t(place) - 1, length + 1);
  if (place == 0 || place < -lua_Integer(length)) return 0;
  return size_t(lua_Integer(length) + place);
}

bool has_specials(Text pattern) {
  for (const char* p = pattern.begin; p != pattern.end; ++p)
    if (*p != '\0' && std::strchr("^$*+?.([%-", *p)) return true;
  return false;
}

int find_plain(lua_State* lua, Text subject, Text wanted, size_t offset) {
  const char* from = subject.begin + offset;
  // memmem takes time in proportion to the texts, unlike liblua's own.
  const void* found = memmem(from, size_t(subject.end - from), wanted.begin, wanted.size());
  if (!found) {
    lua_pushnil(lua);
    return 1;
  }
  const auto place = static_cast<const char*>(found) - subject.begin;
  lua_pushinteger(lua, place + 1);
  lua_pushinteger(lua, place + lua_Integer(wanted.size()));
  return 2;
}

int find_or_match(lua_State* lua, bool find) {
  const Text subject = text_at(lua, 1);
  Text pattern = text_at(lua, 2);
  const size_t offset = offset_at(lua, 3, subject.size());
  if (offset > subject.size()) {
    lua_pushnil(lua);
    return 1;
  }
  if (find && (lua_toboolean(lua, 4) || !has_specials(pattern)))
    return find_plain(lua, subject, pattern, offset);
  const bool anchored = pattern.begin != pattern.end && *pattern.begin == '^';
  if (anchored) ++pattern.begin;
  LuaPattern matcher(lua, subject, pattern);
  const char* at = subject.begin + offset;
  do {
    const char* end = matcher.match(at);
    if (!end) continue;
    if (!find) return matcher.push_captures(at, end);
    lua_pushinteger(lua, at - subject.begin + 1);
    lua_pushinteger(lua, end - subject.begin);
    return matcher.push_captures(nullptr, nullptr) + 2;
  } while (at++ < subject.end && !anchored);
  lua_pushnil(lua);
  return 1;
}

int string_find(lua_State* lua) { return find_or_match(lua, true); }
int string_match(lua_State* lua) { return find_or_match(lua, false); }

/// Upvalues: text, pattern, where to go on, where the last match ended (-1: nowhere).
int next_match(lua_State* lua) {
  const Text subject = text_at(lua, lua_upvalueindex(1));
  LuaPattern matcher(lua, subject, text_at(lua, lua_upvalueindex(2)));
  const lua_Integer last = lua_tointeger(lua, lua_upvalueindex(4));
  for (lua_Integer at = lua_tointeger(lua, lua_upvalueindex(3)); at <= lua_Integer(subject.size()); ++at) {
    const char* end = matcher.match(subject.begin + at);
    if (!end || end - subject.begin == last) continue;
    lua_pushinteger(lua, end - subject.begin);
    lua_copy(lua, -1, lua_upvalueindex(3));
    lua_replace(lua, lua_upvalueindex(4));
    return matcher.push_captures(subject.begin + at, end);
  }
  return 0;
}

int string_gmatch(lua_State* lua) {
  const Text subject = text_at(lua, 1);
  text_at(lua, 2);
  const size_t offset = offset_at(lua, 3, subject.size());
  lua_settop(lua, 2);
  lua_pushinteger(lua, lua_Integer(offset));
  lua_pushinteger(lua, -1);
  lua_pushcclosure(lua, next_match, 4);
  return 1;
}

void add_text(luaL_Buffer& out, lua_State* lua, LuaPattern& matcher, const char* begin, const char* end) {
  const Text replacement = text_at(lua, 3);
  for (const char* p = replacement.begin; p != replacement.end; ++p) {
    if (*p != '%') {
      luaL_addchar(&out, *p);
      continue;
    }
    ++p;  // a NUL stands at the end
    if (*p == '%') {
      luaL_addchar(&out, '%');
    } else if (*p == '0') {
      luaL_addlstring(&out, begin, size_t(end - begin));
    } else if (*p >= '1' && *p <= '9') {
      matcher.push_capture(*p - '1', begin, end);
      luaL_tolstring(lua, -1, nullptr);  // a position is a number
      lua_remove(lua, -2);
      luaL_addvalue(&out);
    } else {
      luaL_error(lua, "invalid use of '%%' in replacement string");
    }
  }
}

/// Adds what stands for the match; nil and false stand for itself.
void add_replacement(luaL_Buffer& out, lua_State* lua, LuaPattern& matcher, const char* begin,
                     const char* end) {
  const int type = lua_type(lua, 3);
  if (type == LUA_TFUNCTION) {
    lua_pushvalue(lua, 3);
    lua_call(lua, matcher.push_captures(begin, end), 1);
  } else if (type == LUA_TTABLE) {
    matcher.push_capture(0, begin, end);
    lua_gettable(lua, 3);
  } else {
    return add_text(out, lua, matcher, begin, end);
  }
  if (!lua_toboolean(lua, -1)) {
    lua_pop(lua, 1);
    luaL_addlstring(&out, begin, size_t(end - begin));
    return;
  }
  if (!lua_isstring(lua, -1)) luaL_error(lua, "invalid replacement value (a %s)", luaL_typename(lua, -1));
  luaL_addvalue(&out);
}

int string_gsub(lua_State* lua) {
  const Text subject = text_at(lua, 1);
  Text pattern = text_at(lua, 2);
  const int type = lua_type(lua, 3);
  luaL_argexpected(lua,
                   type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE,
                   3, "string/function/table");
  const lua_Integer most = luaL_optinteger(lua, 4, lua_Integer(subject.size()) + 1);
  const bool anchored = pattern.begin != pattern.end && *pattern.begin == '^';
  if (anchored) ++pattern.begin;
  LuaPattern matcher(lua, subject, pattern);
  luaL_Buffer out;
  luaL_buffinit(lua, &out);
  const char* at = subject.begin;
  const char* last = nullptr;
  lua_Integer times = 0;
  while (times < most) {
    const char* end = matcher.match(at);
    if (end && end != last) {
      ++times;
      add_replacement(out, lua, matcher, at, end);
      at = last = end;
    } else if (at < subject.end) {
      luaL_addchar(&out, *at++);
    } else {
      break;
    }
    if (anchored) break;
  }
  luaL_addlstring(&out, at, size_t(subject.end - at));
  luaL_pushresult(&out);
  lua_pushinteger(lua, times);
  return 2;
}

}  // namespace

void open_strings(lua_State* lua) {
  constexpr luaL_Reg functions[] = {{"find", string_find},
                                    {"match", string_match},
                                    {"gmatch", string_gmatch},
                                    {"gsub", string_gsub},
                                    {nullptr, nullptr}};
  lua_getglobal(lua, "string");
  luaL_setfuncs(lua, functions, 0);
  lua_pop(lua, 1);
}

}  // namespace hooks
