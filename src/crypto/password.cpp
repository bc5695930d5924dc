// The only home of libcrypt.
#include <crypt.h>
#include <string.h>

#include <array>

#include "base/late_library.hpp"
#include "base/text.hpp"
#include "crypto/apr1.hpp"
#include "crypto/crypto.hpp"

namespace crypto {
namespace {

struct Kind {
  std::string_view prefix;
  size_t parameters;  // characters after the prefix that say what it costs; they end at a '$' at the latest
  std::string_view salt;  // another one, of the length usual there
};

// Every kind begins with '$'. What does not may be DES, of eight characters at most, or a password as it is:
// "secret" would pass for DES with the salt "se".
constexpr std::array kinds{Kind{"$2a$", 3, "nobodyssaltnobodyssalu"},
                           Kind{"$2b$", 3, "nobodyssaltnobodyssalu"},
                           Kind{"$2y$", 3, "nobodyssaltnobodyssalu"},
                           Kind{"$y$", 16, "nobodyssaltnobodyssal1$"},
                           Kind{"$gy$", 16, "nobodyssaltnobodyssal1$"},
                           Kind{"$7$", 11, "nobodyssaltnobodyssal1$"},
                           Kind{"$5$rounds=", 16, "nobodyssaltnobod$"},
                           Kind{"$6$rounds=", 16, "nobodyssaltnobod$"},
                           Kind{"$5$", 0, "nobodyssaltnobod$"},
                           Kind{"$6$", 0, "nobodyssaltnobod$"},
                           Kind{"$1$", 0, "nobodyss$"},
                           Kind{"$apr1$", 0, "nobodyss$"}};

const Kind* kind_of(std::string_view hash) {
  for (const Kind& kind : kinds)
    if (hash.starts_with(kind.prefix)) return &kind;
  return nullptr;
}

/// "" where libcrypt cannot do it.
std::string hashed(const std::string& password, const std::string& setting) {
  if (setting.starts_with("$apr1$")) return apr1(password, setting);
  static const base::LateLibrary library("libcrypt.so.1", "crypt_");
  const auto data = std::make_unique<crypt_data>();
  const char* result = crypt_rn(password.c_str(), setting.c_str(), data.get(), int(sizeof(crypt_data)));
  std::string hash = result ? result : "";
  explicit_bzero(data.get(), sizeof(crypt_data));
  return hash;
}

}  // namespace

bool is_password_hash(std::string_view hash) {
  return kind_of(hash) && hash.size() < CRYPT_OUTPUT_SIZE && !base::has_control(hash);
}

bool password_matches(std::string_view password, std::string_view hash) {
  // libcrypt would end at a NUL: "secret" and whatever follows it.
  const bool usable = password.size() <= password_limit && password.find('\0') == std::string_view::npos;
  if (!usable || !is_password_hash(hash)) return false;
  std::string copy(password);
  const std::string result = hashed(copy, std::string(hash));
  explicit_bzero(copy.data(), copy.size());
  return !result.empty() && equal_constant_time(result, hash);
}

std::string password_setting(std::string_view hash) {
  const Kind* kind = kind_of(hash);
  if (!kind) return {};
  std::string setting(kind->prefix);
  if (kind->parameters == 0) return setting.append(kind->salt);
  std::string_view rest = hash.substr(kind->prefix.size());
  const size_t end = rest.find('$');
  setting.append(rest.substr(0, std::min(end, kind->parameters)));
  // bcrypt's three are two digits and the '$', scrypt's have none.
  if (end <= kind->parameters && !setting.ends_with('$')) setting += '$';
  return setting.append(kind->salt);
}

}  // namespace crypto
