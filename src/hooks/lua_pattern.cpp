#include "hooks/lua_pattern.hpp"

#include <cctype>
#include <cstring>

namespace hooks {
namespace {

constexpr char escape = '%';

bool in_class(unsigned char c, unsigned char name) {
  bool in = false;
  switch (std::tolower(name)) {
    case 'a':
      in = std::isalpha(c) != 0;
      break;
    case 'c':
      in = std::iscntrl(c) != 0;
      break;
    case 'd':
      in = std::isdigit(c) != 0;
      break;
    case 'g':
      in = std::isgraph(c) != 0;
      break;
    case 'l':
      in = std::islower(c) != 0;
      break;
    case 'p':
      in = std::ispunct(c) != 0;
      break;
    case 's':
      in = std::isspace(c) != 0;
      break;
    case 'u':
      in = std::isupper(c) != 0;
      break;
    case 'w':
      in = std::isalnum(c) != 0;
      break;
    case 'x':
      in = std::isxdigit(c) != 0;
      break;
    case 'z':
      in = c == 0;
      break;
    default:
      return name == c;
  }
  return std::isupper(name) ? !in : in;
}

/// `p`: at the '['; `last`: at the ']'.
bool in_set(unsigned char c, const char* p, const char* last) {
  bool in = true;
  if (p[1] == '^') {
    in = false;
    ++p;
  }
  while (++p < last) {
    if (*p == escape) {
      ++p;
      if (in_class(c, static_cast<unsigned char>(*p))) return in;
    } else if (p[1] == '-' && p + 2 < last) {
      p += 2;
      if (static_cast<unsigned char>(p[-2]) <= c && c <= static_cast<unsigned char>(*p)) return in;
    } else if (static_cast<unsigned char>(*p) == c) {
      return in;
    }
  }
  return !in;
}

}  // namespace

void LuaPattern::count() {
  constexpr int steps_between_looks = 1000;
  if (++steps_ < steps_between_looks) return;
  steps_ = 0;
  LuaState::of(lua_).spend(lua_, steps_between_looks);
}

const char* LuaPattern::match(const char* at) {
  level_ = 0;
  depth_ = 0;
  return go_on(at, pattern_.begin);
}

const char* LuaPattern::go_on(const char* at, const char* p) {
  if (++depth_ > depth_limit) luaL_error(lua_, "pattern too complex");
  const char* end = rest(at, p);
  --depth_;
  return end;
}

const char* LuaPattern::rest(const char* at, const char* p) {
  while (p != pattern_.end) {
    count();
    if (*p == '(') return p[1] == ')' ? start_capture(at, p + 2, position) : start_capture(at, p + 1, open);
    if (*p == ')') return end_capture(at, p + 1);
    if (*p == '$' && p + 1 == pattern_.end) return at == subject_.end ? at : nullptr;
    if (special(at, p)) {
      if (!at) return nullptr;
      continue;
    }
    const char* end = class_end(p);
    const char suffix = end == pattern_.end ? '\0' : *end;
    if (suffix == '*' || suffix == '+' || suffix == '-') return repeated(at, p, end);
    const bool fits = one(at, p, end);
    if (suffix == '?') {
      if (fits)
        if (const char* after = go_on(at + 1, end + 1)) return after;
      p = end + 1;
      continue;
    }
    if (!fits) return nullptr;
    ++at;
    p = end;
  }
  return at;
}

/// %b, %f and %1 to %9: moves on behind them, `at` null if they do not match. False: it is something else.
bool LuaPattern::special(const char*& at, const char*& p) {
  if (*p != escape) return false;
  if (p[1] == 'b') {
    at = balanced(at, p + 2);
    p += 4;
  } else if (p[1] == 'f') {
    p += 2;
    if (!frontier(at, p)) at = nullptr;
  } else if (std::isdigit(static_cast<unsigned char>(p[1]))) {
    at = repeat_capture(at, p[1]);
    p += 2;
  } else {
    return false;
  }
  return true;
}

const char* LuaPattern::repeated(const char* at, const char* p, const char* end) {
  if (*end == '-') return as_few_as_possible(at, p, end);
  if (*end == '*') return as_many_as_possible(at, p, end);
  return one(at, p, end) ? as_many_as_possible(at + 1, p, end) : nullptr;
}

const char* LuaPattern::as_many_as_possible(const char* at, const char* p, const char* end) {
  ptrdiff_t times = 0;
  while (one(at + times, p, end)) {
    count();
    ++times;
  }
  for (; times >= 0; --times)
    if (const char* after = go_on(at + times, end + 1)) return after;
  return nullptr;
}

const char* LuaPattern::as_few_as_possible(const char* at, const char* p, const char* end) {
  for (;;) {
    count();
    if (const char* after = go_on(at, end + 1)) return after;
    if (!one(at, p, end)) return nullptr;
    ++at;
  }
}

const char* LuaPattern::start_capture(const char* at, const char* p, ptrdiff_t kind) {
  if (level_ >= capture_limit) luaL_error(lua_, "too many captures");
  captures_.at(size_t(level_)) = {at, kind};
  ++level_;
  const char* after = go_on(at, p);
  if (!after) --level_;
  return after;
}

const char* LuaPattern::end_capture(const char* at, const char* p) {
  int number = level_ - 1;
  while (number >= 0 && captures_.at(size_t(number)).length != open) --number;
  if (number < 0) luaL_error(lua_, "invalid pattern capture");
  Capture& capture = captures_.at(size_t(number));
  capture.length = at - capture.begin;
  const char* after = go_on(at, p);
  if (!after) capture.length = open;
  return after;
}

const char* LuaPattern::balanced(const char* at, const char* p) {
  if (p >= pattern_.end - 1) luaL_error(lua_, "malformed pattern (missing arguments to '%%b')");
  if (at == subject_.end || *at != *p) return nullptr;
  for (long depth = 1; ++at < subject_.end;) {
    count();
    if (*at == p[1]) {
      if (--depth == 0) return at + 1;
    } else if (*at == *p) {
      ++depth;
    }
  }
  return nullptr;
}

const char* LuaPattern::repeat_capture(const char* at, char digit) {
  const int number = digit - '1';
  if (number < 0 || number >= level_ || captures_.at(size_t(number)).length == open)
    luaL_error(lua_, "invalid capture index %%%d", number + 1);
  const Capture& capture = captures_.at(size_t(number));
  // A position is no text that could come again.
  if (capture.length == position || subject_.end - at < capture.length) return nullptr;
  for (ptrdiff_t i = 0; i < capture.length; ++i) {
    count();
    if (at[i] != capture.begin[i]) return nullptr;
  }
  return at + capture.length;
}

bool LuaPattern::frontier(const char* at, const char*& p) {
  if (*p != '[') luaL_error(lua_, "missing '[' after '%%f' in pattern");
  const char* end = class_end(p);
  const char before = at == subject_.begin ? '\0' : at[-1];
  const bool is_frontier = !in_set(static_cast<unsigned char>(before), p, end - 1) &&
                           in_set(static_cast<unsigned char>(*at), p, end - 1);
  p = end;
  return is_frontier;
}

const char* LuaPattern::class_end(const char* p) {
  const char first = *p++;
  if (first == escape) {
    if (p == pattern_.end) luaL_error(lua_, "malformed pattern (ends with '%%')");
    return p + 1;
  }
  if (first != '[') return p;
  if (*p == '^') ++p;
  do {
    if (p == pattern_.end) luaL_error(lua_, "malformed pattern (missing ']')");
    count();
    if (*p++ == escape && p < pattern_.end) ++p;
  } while (*p != ']');
  return p + 1;
}

/// Whether the character here is one of those between `p` and `end`.
bool LuaPattern::one(const char* at, const char* p, const char* end) {
  if (at >= subject_.end) return false;
  const auto c = static_cast<unsigned char>(*at);
  switch (*p) {
    case '.':
      return true;
    case escape:
      return in_class(c, static_cast<unsigned char>(p[1]));
    case '[':
      // A set may be as long as a text.
      if (end - p > 64) LuaState::of(lua_).spend(lua_, (end - p) / 64);
      return in_set(c, p, end - 1);
    default:
      return static_cast<unsigned char>(*p) == c;
  }
}

void LuaPattern::push_capture(int number, const char* begin, const char* end) {
  if (number >= level_) {
    if (number != 0) luaL_error(lua_, "invalid capture index %%%d", number + 1);
    lua_pushlstring(lua_, begin, size_t(end - begin));
    return;
  }
  const Capture& capture = captures_.at(size_t(number));
  if (capture.length == open) luaL_error(lua_, "unfinished capture");
  if (capture.length == position)
    lua_pushinteger(lua_, capture.begin - subject_.begin + 1);
  else
    lua_pushlstring(lua_, capture.begin, size_t(capture.length));
}

int LuaPattern::push_captures(const char* begin, const char* end) {
  const int number = level_ == 0 && begin ? 1 : level_;
  luaL_checkstack(lua_, number, "too many captures");
  for (int i = 0; i < number; ++i) push_capture(i, begin, end);
  return number;
}

}  // namespace hooks
