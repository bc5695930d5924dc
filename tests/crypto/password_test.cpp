#include <crypt.h>
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "crypto/apr1.hpp"
#include "crypto/crypto.hpp"

using namespace crypto;

namespace {

struct Known {
  const char* maker;
  std::string password, hash;
};

// Made by htpasswd, openssl passwd and perl's crypt.
const std::vector<Known> known{
    {"htpasswd -B", "secret", "$2y$05$8Ws8PPIEaLZft40kWhI6r.2JfnWCEVwXYrO/WGGnzCvFpCt36Rw3e"},
    {"bcrypt 2b", "secret", "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"},
    {"htpasswd -2", "secret", "$5$/KZI6mKIqdXu6Pt/$hJw89OIf4b47NNEiSmRILa5RHLo/puk4l.nRQT9uvmC"},
    {"openssl -6", "secret",
     "$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1"},
    {"SHA-512 with rounds", "secret",
     "$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/"
     "otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/"},
    {"yescrypt", "secret", "$y$j75$abcdefghijklmnopqrstu1$6pIvQ9bihtyD3yOSEIjSlLHt74yHct5WhTR2wpaqCD0"},
    {"gost-yescrypt", "secret", "$gy$j75$abcdefghijklmnopqrstu1$fLftCrIZWkNYQjShkPjcQgJxYbM2TN8pIcUVZ0egPEB"},
    {"scrypt", "secret", "$7$CU..../....abcdefghijk$v/D4.1QCBontVr3X/.p6ZUgDeRT6QaIkOy7a9/EN4R9"},
    {"MD5-crypt", "secret", "$1$saltsalt$9xy1btjgzLYfb7hivXtC//"},
    {"htpasswd -m", "secret", "$apr1$r31.....$G/cElGhD0cboYkZN5h5Ne/"},
    {"apr1, short salt", "secret", "$apr1$x$12YdXEY0/hH4rDNkmZupO0"},
    {"apr1, one character", "a", "$apr1$r31.....$s7OSk4uJoyS8elmZY5Ru40"},
    {"apr1, 16 bytes", "0123456789abcdef", "$apr1$r31.....$LTaWPsXNWWe0zznf5.fh/."},
    {"apr1, 17 bytes", "0123456789abcdefg", "$apr1$r31.....$uoNYONO8NKDPK.An3zPyc1"},
    {"apr1, long", "correct horse battery staple", "$apr1$r31.....$RSm0VOy2/jdarTt.BqnSF0"},
    {"apr1, UTF-8", "pässwörd", "$apr1$r31.....$CnMBtjJHTKsiwi5FN79xp0"}};

bool libcrypt_can(const std::string& setting) {
  const auto data = std::make_unique<crypt_data>();
  return crypt_rn("x", setting.c_str(), data.get(), int(sizeof(crypt_data))) != nullptr;
}

}  // namespace

TEST_CASE("a password matches its hash, of each kind, and no other does") {
  for (const Known& one : known) {
    CAPTURE(one.maker);
    CHECK(is_password_hash(one.hash));
    CHECK(password_matches(one.password, one.hash));
    CHECK_FALSE(password_matches(one.password + "x", one.hash));
    CHECK_FALSE(password_matches("", one.hash));
    std::string other = one.hash;
    other[other.size() - 5] = other[other.size() - 5] == 'x' ? 'y' : 'x';
    CHECK_FALSE(password_matches(one.password, other));
    CHECK_FALSE(password_matches(one.password, one.hash.substr(0, one.hash.size() - 1)));
  }
}

TEST_CASE("plain text, {SHA} and DES are no hashes") {
  for (const char* stored :
       {"secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "secretsecrets", "sefjKaLm7zybE", "", "$", "$$", "*",
        "!", "x", "$argon2id$v=19$m=65536,t=4,p=1$abc$def", "_J9..rasm"}) {
    CAPTURE(stored);
    CHECK_FALSE(is_password_hash(stored));
    CHECK_FALSE(password_matches("secret", stored));
  }
}

TEST_CASE("a hash without its salt or its end matches nothing") {
  for (const char* stored :
       {"$2y$", "$2y$05$", "$2y$05$short", "$2y$99$abcdefghijklmnopqrstuu", "$5$", "$6$salt", "$6$salt$",
        "$y$j75$", "$y$", "$7$", "$apr1$", "$apr1$salt$", "$1$"}) {
    CAPTURE(stored);
    CHECK_FALSE(password_matches("secret", stored));
  }
}

TEST_CASE("a hash is one line, no longer than libcrypt's longest") {
  CHECK_FALSE(is_password_hash(known[0].hash + "\n"));
  CHECK_FALSE(is_password_hash("$apr1$sa\nt$9xy1btjgzLYfb7hivXtC//"));
  CHECK(is_password_hash("$6$" + std::string(CRYPT_OUTPUT_SIZE - 4, 'x')));
  CHECK_FALSE(is_password_hash("$6$" + std::string(CRYPT_OUTPUT_SIZE - 3, 'x')));
}

TEST_CASE("a NUL ends no password") {
  const std::string hash = known[0].hash;
  CHECK_FALSE(password_matches(std::string("secret\0", 7), hash));
  CHECK_FALSE(password_matches(std::string("secret\0tail", 11), hash));
}

TEST_CASE("a password of 511 bytes is taken, a longer one is not") {
  const std::string longest(password_limit, 'x');
  const auto data = std::make_unique<crypt_data>();
  const char* hash = crypt_rn(longest.c_str(), "$5$saltsalt$", data.get(), int(sizeof(crypt_data)));
  REQUIRE(hash);
  CHECK(password_matches(longest, hash));
  CHECK_FALSE(password_matches(longest + "x", hash));
  CHECK(password_matches(longest, apr1(longest, "$apr1$saltsalt")));
  CHECK_FALSE(password_matches(longest + "x", apr1(longest + "x", "$apr1$saltsalt")));
}

TEST_CASE("a setting costs what its hash costs, and no password matches it") {
  for (const Known& one : known) {
    CAPTURE(one.maker);
    const std::string setting = password_setting(one.hash);
    CHECK(is_password_hash(setting));
    CHECK_FALSE(password_matches(one.password, setting));
    CHECK(one.hash.find(setting) == std::string::npos);
    CHECK(password_setting(setting) == setting);
    if (!setting.starts_with("$apr1$")) CHECK(libcrypt_can(setting));
  }
  CHECK(password_setting(known[0].hash).starts_with("$2y$05$"));
  CHECK(password_setting(known[3].hash).starts_with("$6$"));
  CHECK(password_setting(known[4].hash).starts_with("$6$rounds=1000$"));
  CHECK(password_setting(known[5].hash).starts_with("$y$j75$"));
  CHECK(password_setting(known[7].hash).starts_with("$7$CU..../...."));
  CHECK(password_setting("secret").empty());
}
