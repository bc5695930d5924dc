// A user on the first line, then the file that is to know him. Hashes are looked at, not computed: they may
// take years.
#include "credentials/credentials.hpp"
#include "fixed.hpp"
#include "folder.hpp"
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Folder folder;
  std::string_view rest = fuzz::text(data, size);
  const std::string name(fuzz::take(rest));
  support::FakeClient client;
  support::FakeHooks hooks;
  const base::Log log;
  const base::LogSink quiet([](std::string_view) {});
  credentials::UsualHash usual(nullptr);
  bool matched = false;
  const auto matches = [&](std::string_view, std::string_view hash) {
    matched = crypto::is_password_hash(hash) && !crypto::password_setting(hash).empty();
    return matched;
  };
  const credentials::Parts parts{client, hooks, log, usual, matches};
  std::optional<base::Json> user;
  try {
    user = credentials::authorize(credentials::Htpasswd{folder.write("users.htpasswd", rest)},
                                  base::Json::object({{"username", name}, {"password", "secret"}}), parts);
  } catch (const credentials::Unavailable&) {
    fuzz::require(rest.size() > credentials::Htpasswd{}.limit, "a file can be read up to the limit");
  }
  if (!user) return 0;
  fuzz::require(matched && !name.empty(), "only somebody with a hash is let in");
  fuzz::require(user->text_of("id") == name && rest.find(name + ":") != std::string_view::npos,
                "whoever is let in is in the file");
  return 0;
}
