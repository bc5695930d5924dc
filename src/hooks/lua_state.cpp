#include "hooks/lua_state.hpp"

#include <cstdio>
#include <cstdlib>

#include "base/file.hpp"
#include "base/late_library.hpp"
#include "base/text.hpp"

namespace hooks {
namespace {

constexpr int steps_between_looks = 100;  // at the limits

// Their addresses are keys of the registry.
const char callbacks_key = 0;
const char error_key = 0;
const char assert_key = 0;

void keep_global(lua_State* lua, const char* name, const void* key) {
  lua_getglobal(lua, name);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, key);
}

/// Whether the function at this level is that one.
bool is_function(lua_State* lua, lua_Debug& level, const void* key) {
  lua_getinfo(lua, "f", &level);
  lua_rawgetp(lua, LUA_REGISTRYINDEX, key);
  const bool same = lua_rawequal(lua, -1, -2) != 0;
  lua_pop(lua, 2);
  return same;
}

lua_State* new_state(lua_Alloc allocate, void* for_it) {
  static const base::LateLibrary library("liblua5.4.so.0", "lua");
  return lua_newstate(allocate, for_it);
}

}  // namespace

struct LuaState::Call {
  const Callback& callback;
  std::initializer_list<const base::Json*> arguments;
  bool found = false;
};

LuaState::LuaState(const LuaOptions& options, const LuaServices& services)
    : options_(options), services_(services), lua_(new_state(allocate, this)) {
  if (!lua_) throw std::bad_alloc();
  *static_cast<LuaState**>(lua_getextraspace(lua_.get())) = this;
  try {
    run(open, nullptr);
    read_source();
    run(load, nullptr);
  } catch (const LuaFailure& failure) {
    throw LuaUnusable({problem_of(options_, failure.what())});
  }
  source_ = {};
  auto problems = check_callbacks(lua_.get(), options_);
  if (!problems.empty()) throw LuaUnusable(std::move(problems));
  loading_ = false;
}

LuaState& LuaState::of(lua_State* lua) { return **static_cast<LuaState**>(lua_getextraspace(lua)); }

void* LuaState::allocate(void* self, void* block, size_t old_size, size_t new_size) {
  LuaState& state = *static_cast<LuaState*>(self);
  if (!block) old_size = 0;  // then it says what the block is for
  if (new_size == 0) {
    std::free(block);
    state.memory_ -= old_size;
    return nullptr;
  }
  if (new_size > old_size && new_size - old_size > state.options_.limits.memory - state.memory_)
    return nullptr;
  void* moved = std::realloc(block, new_size);
  if (moved) state.memory_ += new_size - old_size;
  return moved;
}

void LuaState::hook(lua_State* lua, lua_Debug* event) {
  of(lua).spend(lua, event->event == LUA_HOOKCOUNT ? steps_between_looks : 1);
}

void LuaState::note_limit(const char* text, long long limit) {
  static_cast<void>(std::snprintf(limit_.data(), limit_.size(), text, limit));
}

void LuaState::spend(lua_State* lua, long long steps) {
  if (limit_[0] == '\0') {
    steps_ += steps;
    if (steps_ > options_.limits.steps)
      note_limit("it takes more than %lld steps", options_.limits.steps);
    else if (std::chrono::steady_clock::now() > deadline_)
      note_limit("it takes longer than %lld ms", options_.limits.time.count());
    else
      return;
    // Whoever catches this error fails at the next instruction.
    lua_sethook(lua, hook, LUA_MASKCOUNT | LUA_MASKCALL, 1);
  }
  luaL_error(lua, "%s", limit_.data());
}

bool LuaState::guarded(lua_State* lua, Function function) {
  try {
    result_ = function(*this, lua);
    return true;
  } catch (const std::exception& error) {
    static_cast<void>(std::snprintf(message_.data(), message_.size(), "%s", error.what()));
  }
  luaL_where(lua, 1);
  lua_pushstring(lua, message_.data());
  lua_concat(lua, 2);
  return false;
}

int LuaState::open(lua_State* lua) {
  open_values(lua);
  open_sandbox(lua);
  open_strings(lua);
  open_services(lua);
  open_require(lua);
  keep_global(lua, "error", &error_key);
  keep_global(lua, "assert", &assert_key);
  return 0;
}

void LuaState::read_source() {
  try {
    auto text = base::read_file(options_.folder / options_.file, options_.limits.source);
    if (!text) throw LuaFailure(options_.file + ":0: there is no such file");
    source_ = std::move(*text);
  } catch (const LuaFailure&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw LuaFailure(options_.file + ":0: " + error.what());
  }
  source_ = std::string(base::without_byte_order_mark(source_));
}

int LuaState::load(lua_State* lua) {
  const LuaState& state = of(lua);
  const char* name = lua_pushfstring(lua, "@%s", state.options_.file.c_str());
  if (luaL_loadbufferx(lua, state.source_.data(), state.source_.size(), name, "t") != LUA_OK)
    return lua_error(lua);
  lua_call(lua, 0, 1);
  if (!lua_istable(lua, -1))
    return luaL_error(lua, "%s:0: the file must return a table: return { signIn = function(user) ... end }",
                      state.options_.file.c_str());
  lua_pushvalue(lua, -1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &callbacks_key);
  return 1;
}

int LuaState::invoke(lua_State* lua) {
  Call& call = *static_cast<Call*>(lua_touserdata(lua, 1));
  LuaState& state = of(lua);
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &callbacks_key);
  if (call.callback.table) {
    lua_pushstring(lua, call.callback.table);
    lua_rawget(lua, -2);
    if (!lua_istable(lua, -1)) return 0;
  }
  lua_pushlstring(lua, call.callback.name.data(), call.callback.name.size());
  if (lua_rawget(lua, -2) == LUA_TNIL) return 0;
  call.found = true;
  if (lua_isfunction(lua, -1)) {
    lua_pushvalue(lua, -1);
    state.place_ = place_of_function(lua);
  }
  for (const base::Json* argument : call.arguments) {
    if (argument && !argument->is_null())
      push_json(lua, *argument);
    else
      lua_pushnil(lua);
  }
  lua_call(lua, int(call.arguments.size()), 1);
  return 1;
}

/// Called where the error is, when nothing has been unwound yet.
int LuaState::on_error(lua_State* lua) {
  LuaState& state = of(lua);
  lua_Debug level{};
  if (lua_getstack(lua, 1, &level))
    state.on_purpose_ = is_function(lua, level, &error_key) || is_function(lua, level, &assert_key);
  for (int depth = 1; lua_getstack(lua, depth, &level); ++depth) {
    lua_getinfo(lua, "Sl", &level);
    if (level.currentline <= 0) continue;
    static_cast<void>(std::snprintf(state.failed_at_.data(), state.failed_at_.size(), "%s:%d",
                                    level.short_src, level.currentline));
    break;
  }
  return 1;
}

void LuaState::run(lua_CFunction function, void* argument) {
  lua_State* lua = lua_.get();
  lua_settop(lua, 0);
  limit_[0] = failed_at_[0] = '\0';
  on_purpose_ = false;
  steps_ = 0;
  log_lines_ = requests_ = 0;
  deadline_ = std::chrono::steady_clock::now() + options_.limits.time;
  lua_pushcfunction(lua, on_error);
  lua_pushcfunction(lua, function);
  lua_pushlightuserdata(lua, argument);
  lua_sethook(lua, hook, LUA_MASKCOUNT | LUA_MASKCALL, steps_between_looks);
  const int status = lua_pcall(lua, 1, 1, 1);
  lua_sethook(lua, nullptr, 0, 0);
  // Somebody who caught the error of a limit and came to his end has met it all the same.
  if (status != LUA_OK || limit_[0] != '\0') throw failure(status);
}

std::optional<base::Json> LuaState::call(const Callback& callback,
                                         std::initializer_list<const base::Json*> arguments) {
  Call call{callback, arguments};
  place_[0] = '\0';
  run(invoke, &call);
  if (!call.found) return {};
  try {
    return read_json(lua_.get(), -1);
  } catch (const std::runtime_error& error) {
    throw LuaFailure(std::string(place()) + ": what it returns cannot be used: " + error.what());
  }
}

}  // namespace hooks
