// JSON from outside that goes through a callback in Lua and comes back; on a first line that begins with '%',
// a pattern for string.match of the rest.
#include "folder.hpp"
#include "fuzz.hpp"
#include "hooks/hooks.hpp"

namespace {

const char* const callbacks = R"(
return {
  authorize = function(credentials)
    if credentials.pattern then
      local found = { pcall(string.match, credentials.subject, credentials.pattern) }
      return { found = found[1], first = found[2], again = json.encode(credentials.subject) }
    end
    return json.decode(json.encode(credentials))
  end
}
)";

std::unique_ptr<hooks::Hooks> make_hooks() {
  static const fuzz::Folder folder;
  const auto file = folder.write("callbacks.lua", callbacks);
  hooks::LuaOptions options{.folder = file.parent_path(), .file = "callbacks.lua"};
  options.limits.steps = 100'000;
  options.limits.memory = std::size_t{1} << 20;
  return hooks::make_lua_hooks(options, {});
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto hooks = make_hooks();
  std::string_view rest = fuzz::text(data, size);
  std::optional<base::Json> input;
  if (rest.starts_with("%")) {
    const std::string pattern(fuzz::take(rest).substr(1));
    input = base::Json::object({{"pattern", pattern}, {"subject", std::string(rest)}});
  } else {
    input = base::try_parse_json(rest);
  }
  if (!input || !input->is_object()) return 0;
  try {
    hooks->authorize(*input);
  } catch (const hooks::Thrown&) {
    return 0;
  }
  return 0;
}
