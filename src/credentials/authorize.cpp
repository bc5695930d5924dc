#include "credentials/kinds.hpp"

namespace credentials {

std::optional<base::Json> authorize(const Authorize& kind, const base::Json& fields, const Parts& parts) {
  return std::visit([&](const auto& one) { return ask(one, fields, parts); }, kind);
}

std::optional<base::Json> ask(const Lua&, const base::Json& fields, const Parts& parts) {
  return read_user("authorize", parts.hooks.authorize(fields));
}

std::optional<base::Json> read_user(const std::string& who, base::Json answer) {
  if (answer.is_object()) return answer;
  if (answer.is_falsy()) return {};
  throw Unavailable(who + ": the answer is no user object");
}

std::optional<base::Json> read_user(const std::string& who, std::string_view answer) {
  if (answer.size() > user_limit)
    throw Unavailable(who + ": the answer is larger than " + std::to_string(user_limit) + " bytes");
  auto json = base::try_parse_json(answer, {.depth = 16, .unique_members = true});
  if (!json) throw Unavailable(who + ": the answer is no JSON");
  return read_user(who, std::move(*json));
}

}  // namespace credentials
