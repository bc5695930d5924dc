#pragma once
// Private to credentials/.
#include "credentials/credentials.hpp"

namespace credentials {

std::optional<base::Json> ask(const Lua&, const base::Json& fields, const Parts&);
std::optional<base::Json> ask(const Htpasswd&, const base::Json& fields, const Parts&);
std::optional<base::Json> ask(const Sql&, const base::Json& fields, const Parts&);
std::optional<base::Json> ask(const Url&, const base::Json& fields, const Parts&);
std::optional<base::Json> ask(const Command&, const base::Json& fields, const Parts&);

/// The user out of an answer; none for null and false, with which v3's authorize refuses. Throws Unavailable,
/// which names `who` answered, for anything else that is no object, and for one beyond the limit.
std::optional<base::Json> read_user(const std::string& who, std::string_view answer);
std::optional<base::Json> read_user(const std::string& who, base::Json answer);

/// bcrypt as PHP and htpasswd -B users have it.
constexpr std::string_view default_setting = "$2y$10$nobodyssaltnobodyssalu";

}  // namespace credentials
