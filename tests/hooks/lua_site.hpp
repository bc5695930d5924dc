#pragma once
// A folder with a callbacks.lua, and its hooks.
#include <fstream>

#include "../store/scratch.hpp"
#include "hooks/hooks.hpp"

struct LuaSite {
  /// `body` of callbacks.lua: the whole file.
  explicit LuaSite(const std::string& body = "return {}") { write("callbacks.lua", body); }

  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = folder.file(name);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }

  hooks::Hooks& hooks() {
    if (!made) made = hooks::make_lua_hooks(options, services);
    return *made;
  }

  /// What an expression gives in a callback; the session as it comes back.
  base::Json run(const std::string& statements) {
    write("callbacks.lua", "return { session = function(session)\n" + statements + "\nend }");
    made.reset();
    return hooks().session(base::Json::object(), {});
  }
  /// The expression's value as text. "failed" if it threw; then `lines` say why.
  std::string value(const std::string& expression) {
    try {
      return run("return { value = tostring(" + expression + ") }").text_of("value").value_or("");
    } catch (const hooks::Thrown&) {
      return "failed";
    }
  }

  bool logged(std::string_view text) const {
    for (const std::string& line : lines)
      if (line.find(text) != std::string::npos) return true;
    return false;
  }

  scratch::Folder folder;
  base::Log log;
  std::vector<std::string> lines;
  base::LogSink sink{[this](std::string_view line) { lines.emplace_back(line); }};
  hooks::LuaOptions options{.folder = folder.file(""), .file = "callbacks.lua", .limits = {}};
  hooks::LuaServices services{.client = nullptr, .query = {}, .log = &log};
  std::unique_ptr<hooks::Hooks> made;
};
