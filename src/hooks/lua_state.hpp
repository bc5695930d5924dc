#pragma once
// Private to hooks/: one Lua with callbacks.lua in it.
//
// Lua leaves a function by longjmp when something fails, which skips C++ destructors. So in every function
// that Lua calls no object with a destructor is alive while Lua's API is used in a way that may fail: what
// has one is made by LuaState::guarded, behind a catch, and kept in the LuaState. What may fail is what
// allocates or calls; looking at values (lua_type, lua_next, lua_tolstring of a string, lua_checkstack) may
// not.
#include <array>
#include <chrono>
#include <initializer_list>
#include <lua.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "hooks/hooks.hpp"

namespace hooks {

// --- JSON <-> Lua ---

constexpr int value_depth = 32;        // of nesting of a value that Lua gives
constexpr size_t value_nodes = 10000;  // members and elements of it, in all
// Of its texts, in all: one text may stand in it as often as there are members, and each of them is a copy.
constexpr size_t value_bytes = size_t{16} << 20;

/// Makes what json.null and lists are told by. Fails by Lua's error.
void open_values(lua_State*);
void push_null(lua_State*);
/// Pushes the value. Fails by Lua's error.
void push_json(lua_State*, const base::Json&);
/// The value at this index; members sorted by name. Never fails by Lua's error. Throws std::runtime_error for
/// what JSON does not have.
base::Json read_json(lua_State*, int index);
/// The value with its members in the order that they have in `pattern`, new ones after them.
base::Json in_order_of(base::Json value, const base::Json& pattern);

// --- the sandbox: what there is in Lua, and no more ---

/// Opens the libraries, without what leads out of them. These fail by Lua's error.
void open_sandbox(lua_State*);
/// string.find, match, gmatch and gsub, that can be stopped.
void open_strings(lua_State*);
/// json, log, http, db.
void open_services(lua_State*);
/// require, for files in the configuration's folder.
void open_require(lua_State*);

// --- callbacks.lua ---

/// What is wrong with the table on top of the stack: names that are no callbacks, callbacks that are no
/// functions.
std::vector<LuaProblem> check_callbacks(lua_State*, const LuaOptions&);
/// Where a function begins, by lua_getinfo(">S"): "callbacks.lua:12".
using Place = std::array<char, LUA_IDSIZE + 16>;
/// The function on top of the stack, which is taken away.
Place place_of_function(lua_State*);
/// "callbacks.lua:12: message" in its parts.
LuaProblem problem_of(const LuaOptions&, const std::string& text);

// --- a state ---

/// Somebody's code failed. what() is for the log: "callbacks.lua:12: message".
struct LuaFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
  std::string message{};   // what was thrown on purpose, by error() or assert(); "" for a fault
  std::string redirect{};  // error({ redirect = … })
  bool used_up = false;    // a limit was met: the state is of no further use
};

/// callbacks.lua is of no use; a line for each reason.
struct LuaUnusable : std::runtime_error {
  explicit LuaUnusable(std::vector<LuaProblem> found)
      : std::runtime_error(found.front().text()), problems(std::move(found)) {}
  std::vector<LuaProblem> problems;
};

/// Which function: "signIn", or "github" of the table "profile".
struct Callback {
  const char* table = nullptr;  // of the table that callbacks.lua returns; null pointer for that itself
  std::string_view name;

  std::string text() const;
};

class LuaState {
 public:
  /// Loads callbacks.lua. Throws LuaUnusable.
  LuaState(const LuaOptions&, const LuaServices&);
  ~LuaState() = default;
  LuaState(const LuaState&) = delete;
  LuaState& operator=(const LuaState&) = delete;

  /// What the function gives, null for nil; none if there is no such function. Null pointers and nulls among
  /// the arguments are nil. Throws LuaFailure.
  std::optional<base::Json> call(const Callback&, std::initializer_list<const base::Json*> arguments);
  /// Where the function that was called last begins: "callbacks.lua:12".
  const char* place() const { return place_.data(); }

  // --- for functions of ours that Lua calls ---

  static LuaState& of(lua_State*);
  /// Counts steps and looks at the clock. Fails by Lua's error when a limit is met, and from then on always.
  void spend(lua_State*, long long steps);
  /// Runs `function`, which may throw and must not fail by Lua's error. False: lua_error is to be called, the
  /// message is on the stack.
  using Function = base::Json (*)(LuaState&, lua_State*);
  bool guarded(lua_State*, Function);
  /// What the last guarded function gave. Kept here, so that a longjmp does not lose it.
  const base::Json& result() const { return result_; }

  const LuaOptions& options() const { return options_; }
  const LuaServices& services() const { return services_; }
  bool loading() const { return loading_; }
  /// Counts one more; false beyond the limit.
  bool take_log_line() { return ++log_lines_ <= options_.limits.log_lines; }
  bool take_request() { return ++requests_ <= options_.limits.requests; }
  size_t log_lines() const { return log_lines_; }

 private:
  struct Call;
  static void* allocate(void* self, void* block, size_t old_size, size_t new_size);
  static void hook(lua_State*, lua_Debug*);
  static int open(lua_State*);
  static int load(lua_State*);
  static int invoke(lua_State*);
  static int on_error(lua_State*);

  /// In protected mode and with fresh limits; the result is on the stack. Throws LuaFailure.
  void run(lua_CFunction, void* argument);
  void read_source();
  void note_limit(const char* text, long long limit);
  LuaFailure failure(int status) const;

  const LuaOptions& options_;
  const LuaServices& services_;
  size_t memory_ = 0;  // in use
  std::string source_;
  base::Json result_;
  // Buffers, as they are written where nothing may be allocated.
  std::array<char, 512> message_{};  // of a guarded function's exception
  std::array<char, 128> limit_{};    // that was met; "" if none was
  Place place_{};                    // where the function called begins
  Place failed_at_{};                // where the error is
  bool on_purpose_ = false;          // thrown by error() or assert()
  bool loading_ = true;
  long long steps_ = 0;
  size_t log_lines_ = 0, requests_ = 0;
  std::chrono::steady_clock::time_point deadline_{};
  // The last member: closing it uses the others.
  struct Close {
    void operator()(lua_State* state) const { lua_close(state); }
  };
  std::unique_ptr<lua_State, Close> lua_;
};

/// A C function for Lua out of a guarded one.
template <LuaState::Function function>
int guarded_function(lua_State* lua) {
  LuaState& state = LuaState::of(lua);
  if (!state.guarded(lua, function)) return lua_error(lua);
  push_json(lua, state.result());
  return 1;
}

}  // namespace hooks
