#include "base/file.hpp"
#include "base/text.hpp"
#include "credentials/kinds.hpp"

namespace credentials {
namespace {

struct Entry {
  std::string_view name, hash;
  size_t line;
};

/// NAME:HASH, and perhaps more after another colon, as Apache reads it.
std::vector<Entry> read_entries(std::string_view text) {
  text = base::without_byte_order_mark(text);
  std::vector<Entry> entries;
  size_t number = 0;
  for (const std::string_view whole : base::split(text, '\n')) {
    ++number;
    const std::string_view line = base::trim(whole);
    if (line.empty() || line.front() == '#') continue;
    const auto parts = base::split(line, ':');
    if (parts.size() > 1 && !parts[0].empty()) entries.push_back({parts[0], parts[1], number});
  }
  return entries;
}

/// What a password is compared with where there is no such user: the same one at each attempt, and each kind
/// of hash as often as in the file.
std::string stand_in(const std::vector<Entry>& entries, const std::string& name) {
  std::vector<std::string_view> hashes;
  for (const Entry& entry : entries)
    if (crypto::is_password_hash(entry.hash)) hashes.push_back(entry.hash);
  if (hashes.empty()) return std::string(default_setting);
  size_t number = 0;
  for (const char byte : crypto::sha256(name).substr(0, 4))
    number = number << 8 | static_cast<unsigned char>(byte);
  return crypto::password_setting(hashes[number % hashes.size()]);
}

const Entry* find(const std::vector<Entry>& entries, std::string_view name) {
  for (const Entry& entry : entries)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace

std::optional<base::Json> ask(const Htpasswd& kind, const base::Json& fields, const Parts& parts) {
  const std::string name = fields.text_of("username").value_or("");
  const std::string password = fields.text_of("password").value_or("");
  std::optional<std::string> text;
  try {
    text = base::read_file(kind.file, kind.limit);
  } catch (const std::runtime_error& error) {
    throw Unavailable(error.what());
  }
  if (!text) throw Unavailable(kind.file.string() + ": there is no such file");
  if (name.empty() || password.empty()) return {};
  const std::vector<Entry> entries = read_entries(*text);
  const Entry* entry = find(entries, name);
  const bool usable = entry && crypto::is_password_hash(entry->hash);
  if (entry && !usable)
    parts.log.error(
        "htpasswd_hash_unusable",
        {{"file", kind.file.string()},
         {"line", std::to_string(entry->line)},
         {"reason", "{SHA}, DES and plain text are not accepted; `htpasswd -B` makes a good one"}});
  const bool matches = parts.matches(password, usable ? std::string(entry->hash) : stand_in(entries, name));
  if (!usable || !matches) return {};
  return base::Json::object({{"id", name}, {"name", name}});
}

}  // namespace credentials
