// What went wrong, in words: for the visitor, for the log, for `check`.
#include <algorithm>
#include <cstdio>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "hooks/lua_state.hpp"

namespace hooks {
namespace {

/// The length of "callbacks.lua:12: " at the beginning; 0 if there is no such thing.
size_t place_length(const std::string& text, const std::string& file) {
  const size_t end = text.find(": ");
  if (end == std::string::npos) return 0;
  const size_t colon = text.rfind(':', end - 1);
  if (end == 0 || colon == std::string::npos || colon == 0) return 0;
  const std::string_view name = std::string_view(text).substr(0, colon);
  const bool is_line = base::is_digits(std::string_view(text).substr(colon + 1, end - colon - 1));
  return is_line && (name.ends_with(".lua") || name == file) ? end + 2 : 0;
}

/// The error value on top of the stack, as text; "" if it is none.
std::string error_text(lua_State* lua) {
  if (lua_type(lua, -1) == LUA_TNUMBER) return base::number_text(read_json(lua, -1));
  if (lua_type(lua, -1) != LUA_TSTRING) return {};
  size_t length = 0;
  const char* data = lua_tolstring(lua, -1, &length);
  return {data, length};
}

/// error({ redirect = … })
std::string redirect_of(lua_State* lua) {
  if (!lua_istable(lua, -1)) return {};
  try {
    return read_json(lua, -1).text_of("redirect").value_or("");
  } catch (const std::runtime_error&) {
    return {};
  }
}

constexpr std::string_view callback_names[] = {"signIn",  "redirect",  "session", "jwt",
                                               "profile", "authorize", "protect", "events"};
constexpr std::string_view event_names[] = {"signIn",      "signOut", "createUser", "updateUser",
                                            "linkAccount", "session", "error"};

/// Looks at the names and values of one table.
class TableCheck {
 public:
  TableCheck(lua_State* lua, const LuaOptions& options) : lua_(lua), options_(options) {}

  /// `words`: what names there may be; empty: any.
  void table(const std::string& title, const std::vector<std::string_view>& words) {
    lua_pushnil(lua_);
    while (lua_next(lua_, -2) != 0) {
      if (lua_type(lua_, -2) != LUA_TSTRING)
        complain(title + " must have names, and no numbered entries");
      else
        entry(title, lua_tostring(lua_, -2), words);
      lua_pop(lua_, 1);
    }
  }

  std::vector<LuaProblem> problems;

 private:
  void entry(const std::string& title, const std::string& name, const std::vector<std::string_view>& words) {
    const bool outer = title == "the table";
    if (!words.empty() && std::find(words.begin(), words.end(), name) == words.end())
      return complain(title + " has an unknown entry \"" + name + "\"" + base::did_you_mean(name, words));
    if (outer && (name == "events" || name == "profile")) {
      if (!lua_istable(lua_, -1)) return complain(name + " must be a table of functions");
      return table(name, name == "events"
                             ? std::vector<std::string_view>(std::begin(event_names), std::end(event_names))
                             : std::vector<std::string_view>());
    }
    if (!lua_isfunction(lua_, -1)) complain((outer ? "" : title + ".") + name + " must be a function");
  }

  /// On the line where the function that it is about begins.
  void complain(const std::string& message) {
    size_t line = 0;
    if (lua_isfunction(lua_, -1) && !lua_iscfunction(lua_, -1)) {
      lua_pushvalue(lua_, -1);
      line = problem_of(options_, std::string(place_of_function(lua_).data()) + ": ").line;
    }
    problems.push_back({options_.folder / options_.file, line, message});
  }

  lua_State* lua_;
  const LuaOptions& options_;
};

}  // namespace

std::string LuaProblem::text() const {
  return file.filename().string() + (line > 0 ? ":" + std::to_string(line) : "") + ": " + message;
}

std::string Callback::text() const {
  return table ? std::string(table) + "." + std::string(name) : std::string(name);
}

Place place_of_function(lua_State* lua) {
  lua_Debug function{};
  lua_getinfo(lua, ">S", &function);
  Place place{};
  static_cast<void>(std::snprintf(place.data(), place.size(), "%s:%d", function.short_src,
                                  std::max(0, function.linedefined)));
  return place;
}

LuaProblem problem_of(const LuaOptions& options, const std::string& text) {
  const size_t length = place_length(text, options.file);
  if (length == 0) return {options.folder / options.file, 0, text};
  const size_t colon = text.rfind(':', length - 3);
  const std::string digits = text.substr(colon + 1, length - colon - 3);
  const size_t line = digits.size() < 9 ? size_t(std::stoul(digits)) : 0;
  return {options.folder / text.substr(0, colon), line, text.substr(length)};
}

std::vector<LuaProblem> check_callbacks(lua_State* lua, const LuaOptions& options) {
  TableCheck check(lua, options);
  check.table("the table", {std::begin(callback_names), std::end(callback_names)});
  std::sort(check.problems.begin(), check.problems.end(), [](const auto& one, const auto& other) {
    return std::tie(one.line, one.message) < std::tie(other.line, other.message);
  });
  return std::move(check.problems);
}

LuaFailure LuaState::failure(int status) const {
  const bool met_limit = limit_[0] != '\0';
  std::string text = status == LUA_OK || met_limit ? std::string(limit_.data()) : error_text(lua_.get());
  if (status == LUA_ERRMEM && !met_limit)
    text = "it needs more than " + std::to_string(options_.limits.memory) + " bytes of memory";
  const size_t length = place_length(text, options_.file);
  const std::string redirect = status == LUA_OK ? std::string() : redirect_of(lua_.get());
  const bool thrown = status == LUA_ERRRUN && on_purpose_ && !met_limit;
  std::string report = text;
  if (report.empty()) report = redirect.empty() ? "an error that is no text" : "a rejection with a URL";
  if (length == 0)
    report = std::string(failed_at_[0] != '\0' ? failed_at_.data() : place_.data()) + ": " + report;
  LuaFailure failure(report);
  if (thrown) {
    failure.message = text.substr(length);
    failure.redirect = redirect;
  }
  failure.used_up = met_limit || status == LUA_ERRMEM;
  return failure;
}

}  // namespace hooks
