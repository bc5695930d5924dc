#pragma once
// Digests, chance, keys and tokens. The only home of OpenSSL's EVP; errors are crypto::Error.
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace crypto {

/// OpenSSL refused; what() names the operation, never its input.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// --- digest ---

/// 32 bytes.
std::string sha256(std::string_view);
/// 64 hexadecimal digits; of the text with `more` after it.
std::string sha256_hex(std::string_view text, std::string_view more = {});
/// The same, without an allocation: each /session asks for two of them.
std::array<char, 64> sha256_digits(std::string_view text, std::string_view more = {});
/// 20, 32, 64 bytes.
std::string hmac_sha1(std::string_view key, std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string hmac_sha512(std::string_view key, std::string_view text);
/// The hash that goes with a JWS algorithm: SHA-256 for RS256, ES256, …; SHA-384 and SHA-512 alike; SHA-512
/// for EdDSA.
std::string digest_for(std::string_view alg, std::string_view text);
/// HKDF with SHA-256 and an empty salt (RFC 5869).
std::string hkdf_sha256(std::string_view secret, std::string_view info, size_t bytes);
/// Takes the same time wherever they differ; their lengths may show.
bool equal_constant_time(std::string_view, std::string_view);

// --- passwords ---

constexpr size_t password_limit = 511;  // bytes, as libcrypt has it; bcrypt looks at the first 72 only

/// Whether it is of a kind that can be verified: bcrypt, SHA-crypt, yescrypt, scrypt, MD5-crypt, Apache's
/// apr1. Not DES and not plain text, which cannot be told apart.
bool is_password_hash(std::string_view hash);
/// Whether the hash is this password's. False for one that is too long or has a NUL, and for what is no hash.
bool password_matches(std::string_view password, std::string_view hash);
/// Kind and cost of a hash, with another salt: what password_matches works on as long as on the hash, but
/// never finds equal. "" if it is no hash.
std::string password_setting(std::string_view hash);

// --- chance ---

struct Random {
  virtual ~Random() = default;
  /// Fills it with unpredictable bytes; throws Error if there are none to be had.
  virtual void fill(std::span<std::uint8_t>) = 0;
};
/// The operating system's.
Random& system_random();
std::string random_bytes(Random&, size_t bytes);
std::string random_hex(Random&, size_t bytes);

// --- keys ---

/// One key of a JWK set (RFC 7517), or one made from a secret. Cheap to copy.
class Key {
 public:
  /// RSA (2048 bits or more), EC (P-256, P-384, P-521), OKP (Ed25519) and oct; also private ones.
  /// Throws Error, which says what is wrong. `jku`, `x5u`, `x5c` are ignored.
  static Key from_jwk(const base::Json&);
  /// A symmetric key of these bytes. An empty one fits nothing.
  static Key from_bytes(std::string bytes, std::string kid = {});
  /// A private key in PEM (PKCS#8 or the traditional forms).
  static Key from_pem(std::string_view pem, std::string kid = {});

  const std::string& kid() const;                 // "" where there is none
  const std::optional<std::string>& alg() const;  // the one algorithm it is for, if it says so
  bool may_verify() const;                        // by `use` and `key_ops`
  bool is_symmetric() const;
  /// Whether RS256, ES384, EdDSA, HS512, … can be done with a key of this type, curve and `alg`.
  bool fits(std::string_view alg) const;

  struct Data;
  const Data& data() const { return *data_; }

 private:
  explicit Key(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

/// Keys of one JWK set, each made when it is first asked for. Threads may share it.
class MadeKeys {
 public:
  static constexpr size_t most = 100;  // that are kept
  /// The key of this element of the set. Throws as Key::from_jwk() does.
  Key of(const base::Json& jwk);

 private:
  std::mutex mutex_;
  std::map<const base::Json*, Key> keys_;
};

/// The keys of {"keys": […]}; those that cannot be used (unknown type, too small, malformed) are left out,
/// and so are private and symmetric ones: the set is published.
/// With `kid` those that name another one are passed over. At most `limit` of the others are read: each takes
/// its time. `made`, if there is one, is of this very set. Throws Error if it is no JWK set.
std::vector<Key> read_jwk_set(const base::Json&, const std::optional<std::string>& kid = {},
                              size_t limit = 100, MadeKeys* made = nullptr);

// --- JWS (RFC 7515), compact ---

struct Jws {
  base::Json header;        // an object
  std::string payload;      // bytes
  std::string signed_part;  // "header.payload" as it came
  std::string signature;    // bytes
};

/// Takes it apart without verifying. Throws Error if it is not of three parts, not base64url, larger than 64
/// KiB, its header no object of unique members, `alg` no string, or has `crit` (RFC 7515 §4.1.11: nothing
/// critical is understood) or `b64`.
Jws read_jws(std::string_view compact);
/// Whether this key made the signature with this algorithm: RS256–512, PS256–512, ES256–512, EdDSA,
/// HS256–512. False for "none", for an unknown one, and where the key does not fit or may not verify.
bool verify_jws(const Jws&, const Key&, std::string_view alg);
/// Both at once, for tokens whose key and algorithm are known before: the payload; none if the header names
/// another algorithm or the key did not make the signature. Throws as read_jws() does.
std::optional<std::string> open_jws(std::string_view compact, const Key&, std::string_view alg);
/// header.payload.signature; `header` gets "alg" and, where a private key has one, "kid" (v3 leaves a
/// secret's out). Throws Error if the key does not fit, is public, or is not for signing.
std::string sign_jws(base::Json header, std::string_view payload, const Key&, std::string_view alg);

// --- JWE (RFC 7516), compact: alg "dir", enc "A256GCM", zip "DEF" or none ---

/// `key`: symmetric, 32 bytes; throws Error if it is another, or its `use`, `key_ops` or `alg` forbid it.
/// `zip`: with "DEF" (raw deflate).
std::string encrypt_jwe(std::string_view plain, const Key&, Random&, bool zip = true);
/// The plain text; none if it was not made with this key or is damaged; at most `limit` bytes after
/// inflating. Throws Error for an unusable key, as encrypt_jwe does: that is a setting's fault, not the
/// token's.
std::optional<std::string> decrypt_jwe(std::string_view compact, const Key&, size_t limit = 65536);

}  // namespace crypto
