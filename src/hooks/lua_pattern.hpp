#pragma once
// Private to hooks/: Lua's patterns (Reference Manual §6.4.1), matched as liblua does, but counting its
// steps: liblua itself cannot be stopped, and a pattern such as ".-.-.-.-x" takes it years.
#include <array>
#include <cstddef>
#include <type_traits>

#include "hooks/lua_state.hpp"

namespace hooks {

/// Fails by Lua's error: a malformed pattern, or a limit.
class LuaPattern {
 public:
  struct Text {
    const char* begin;
    const char* end;  // where a NUL stands, as Lua's texts have it

    size_t size() const { return size_t(end - begin); }
  };

  /// Both texts must stay where they are.
  LuaPattern(lua_State* lua, Text subject, Text pattern) : lua_(lua), subject_(subject), pattern_(pattern) {}

  /// The end of the match that begins here; null pointer if there is none.
  const char* match(const char* at);

  // Of the last match, from `begin` to `end`.
  int captures() const { return level_; }
  /// Pushes a capture, counted from 0; the first is the whole match where there are none.
  void push_capture(int number, const char* begin, const char* end);
  /// Pushes them all; the whole match where there are none, unless `begin` is null. How many they are.
  int push_captures(const char* begin, const char* end);

 private:
  static constexpr int capture_limit = 32;
  static constexpr int depth_limit = 200;  // of matching inside of matching: the C stack
  static constexpr ptrdiff_t open = -1, position = -2;
  struct Capture {
    const char* begin;
    ptrdiff_t length;
  };

  void count();
  const char* go_on(const char* at, const char* p);
  const char* rest(const char* at, const char* p);
  bool special(const char*& at, const char*& p);
  const char* repeated(const char* at, const char* p, const char* end);
  const char* as_many_as_possible(const char* at, const char* p, const char* end);
  const char* as_few_as_possible(const char* at, const char* p, const char* end);
  const char* start_capture(const char* at, const char* p, ptrdiff_t kind);
  const char* end_capture(const char* at, const char* p);
  const char* balanced(const char* at, const char* p);
  const char* repeat_capture(const char* at, char digit);
  bool frontier(const char* at, const char*& p);
  const char* class_end(const char* p);
  bool one(const char* at, const char* p, const char* end);

  lua_State* lua_;
  Text subject_, pattern_;
  int level_ = 0;
  int depth_ = 0;
  int steps_ = 0;
  std::array<Capture, capture_limit> captures_{};
};
// Lua's errors skip destructors.
static_assert(std::is_trivially_destructible_v<LuaPattern>);

}  // namespace hooks
