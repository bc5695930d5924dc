#include "credentials/kinds.hpp"
#include "store/query.hpp"

namespace credentials {
namespace {

/// A statement may be anything; its digest is a name.
std::string name_of(const Sql& kind) {
  return "password setting " + crypto::sha256_hex(kind.statement).substr(0, 16);
}

/// None too for a field that is missing, or no text: nobody has such a thing for a name.
std::optional<base::Json> find_row(const Sql& kind, const base::Json& fields) {
  try {
    auto rows = store::query(kind.database, kind.statement, fields, {.rows = 1, .bytes = user_limit});
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
  } catch (const store::BadParameter&) {
    return {};
  }
}

/// "" if it is of no use.
std::string hash_of(const base::Json& row, const Parts& parts) {
  if (!row.find("password")) throw Unavailable("the SELECT has no column \"password\"");
  std::string hash = row.text_of("password").value_or("");
  if (crypto::is_password_hash(hash)) return hash;
  parts.log.error(
      "sql_password_unusable",
      {{"reason", "the column password holds no crypt(3) hash that is known (bcrypt, yescrypt, …)"}});
  return {};
}

}  // namespace

std::string UsualHash::last(const std::string& name) {
  if (const auto known = last_.find(name); known != last_.end()) return known->second;
  return last_[name] = database_ ? database_->lend()->recall(name).value_or("") : "";
}

std::string UsualHash::setting(const Sql& kind) {
  const std::scoped_lock lock(mutex_);
  const std::string known = last(name_of(kind));
  return known.empty() ? std::string(default_setting) : known;
}

void UsualHash::seen(const Sql& kind, std::string_view hash) {
  const std::string setting = crypto::password_setting(hash);
  const std::string name = name_of(kind);
  const std::scoped_lock lock(mutex_);
  if (last(name) == setting) return;
  if (database_) database_->lend()->remember(name, setting);
  last_[name] = setting;
}

std::optional<base::Json> ask(const Sql& kind, const base::Json& fields, const Parts& parts) {
  const std::string password = fields.text_of("password").value_or("");
  if (password.empty()) return {};
  auto row = find_row(kind, fields);
  const std::string hash = row ? hash_of(*row, parts) : "";
  // Noted before the comparison, whatever comes of it: what is written then does not tell right from wrong.
  if (!hash.empty()) parts.usual.seen(kind, hash);
  const bool matches = parts.matches(password, hash.empty() ? parts.usual.setting(kind) : hash);
  if (hash.empty() || !matches) return {};
  row->erase("password");
  return row;
}

}  // namespace credentials
