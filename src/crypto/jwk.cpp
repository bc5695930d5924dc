#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "crypto/crypto.hpp"
#include "crypto/jws_algorithm.hpp"
#include "crypto/key_data.hpp"
#include "crypto/key_material.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

using Bio = std::unique_ptr<BIO, Closer<BIO_free>>;

struct Curve {
  std::string_view crv;
  const char* group;
  KeyType type;
  size_t coordinate;
};

constexpr std::array curves{Curve{"P-256", "prime256v1", KeyType::p256, 32},
                            Curve{"P-384", "secp384r1", KeyType::p384, 48},
                            Curve{"P-521", "secp521r1", KeyType::p521, 66}};

[[noreturn]] void refuse(std::string_view name, const std::string& problem) {
  throw Error("JWK: \"" + std::string(name) + "\" " + problem);
}

std::optional<std::string> optional_text(const base::Json& jwk, std::string_view name) {
  const base::Json* member = jwk.find(name);
  if (!member) return {};
  if (!member->is_string()) refuse(name, "is no string");
  return member->text();
}

std::string required_text(const base::Json& jwk, std::string_view name) {
  const auto text = optional_text(jwk, name);
  if (!text) refuse(name, "is missing");
  return *text;
}

base::Secret required_bytes(const base::Json& jwk, std::string_view name) {
  auto decoded = base::from_base64url(required_text(jwk, name));
  if (!decoded || decoded->empty()) refuse(name, "is no base64url");
  return base::Secret(std::move(*decoded));
}

base::Secret required_bytes(const base::Json& jwk, std::string_view name, size_t size) {
  base::Secret value = required_bytes(jwk, name);
  if (value.reveal().size() != size) refuse(name, "is not of " + std::to_string(size) + " bytes");
  return value;
}

std::optional<std::vector<std::string>> key_operations(const base::Json& jwk) {
  const base::Json* member = jwk.find("key_ops");
  if (!member) return {};
  if (!member->is_array()) refuse("key_ops", "is no array");
  std::vector<std::string> operations;
  for (const base::Json& operation : member->elements()) {
    if (!operation.is_string()) refuse("key_ops", "is no array of strings");
    operations.push_back(operation.text());
  }
  return operations;
}

/// NIST SP 800-131A forbids less than 2048 bits; more than 16384 is OpenSSL's own limit, and a waste of time.
void check_rsa_size(int bits) {
  if (bits < 2048) throw Error("an RSA key of fewer than 2048 bits");
  if (bits > 16384) throw Error("an RSA key of more than 16384 bits");
}

void check_rsa(const BIGNUM* modulus, const BIGNUM* exponent) {
  check_rsa_size(BN_num_bits(modulus));
  if (!BN_is_odd(modulus)) refuse("n", "is even");
  // With an exponent of 1 every text is its own signature.
  if (!BN_is_odd(exponent) || BN_is_one(exponent)) refuse("e", "is 1 or even");
  if (BN_num_bits(exponent) > 64) refuse("e", "is of more than 64 bits");
}

/// The point is on the curve, and a private key's two halves belong together. For the public half the quick
/// check is the whole one, as the cofactor of these curves is 1 (NIST SP 800-56A §5.6.2.3.4).
void check_ec(EVP_PKEY* key, bool is_private) {
  const PKeyContext context(made(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), "EC"));
  const int result = is_private ? EVP_PKEY_check(context.get()) : EVP_PKEY_public_check_quick(context.get());
  if (result != 1) throw Error("an EC key that is not valid");
}

/// RFC 7518 §6.3.
void read_rsa(const base::Json& jwk, Key::Data& key) {
  struct Part {
    const char *member, *name;
  };
  constexpr std::array crt{Part{"p", OSSL_PKEY_PARAM_RSA_FACTOR1}, Part{"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
                           Part{"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
                           Part{"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
                           Part{"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}};
  if (jwk.find("oth")) refuse("oth", "is not supported");
  KeyMaterial material;
  check_rsa(material.add_number(OSSL_PKEY_PARAM_RSA_N, required_bytes(jwk, "n").reveal()),
            material.add_number(OSSL_PKEY_PARAM_RSA_E, required_bytes(jwk, "e").reveal()));
  key.is_private = jwk.find("d");
  if (key.is_private) material.add_number(OSSL_PKEY_PARAM_RSA_D, required_bytes(jwk, "d").reveal());
  if (key.is_private &&
      std::any_of(crt.begin(), crt.end(), [&](const Part& x) { return jwk.find(x.member); }))
    for (const auto& [member, name] : crt) material.add_number(name, required_bytes(jwk, member).reveal());
  key.type = KeyType::rsa;
  key.pkey = material.make("RSA", key.is_private);
}

/// RFC 7518 §6.2; a coordinate keeps its leading zeros.
void read_ec(const base::Json& jwk, Key::Data& key) {
  const std::string name = required_text(jwk, "crv");
  const auto curve =
      std::find_if(curves.begin(), curves.end(), [&](const Curve& c) { return c.crv == name; });
  if (curve == curves.end()) refuse("crv", "is not supported");
  const base::Secret x = required_bytes(jwk, "x", curve->coordinate);
  const base::Secret y = required_bytes(jwk, "y", curve->coordinate);
  const std::string point =
      std::string("\x04").append(x.reveal()).append(y.reveal());  // SEC 1 §2.3.3, uncompressed
  KeyMaterial material;
  material.add_text(OSSL_PKEY_PARAM_GROUP_NAME, curve->group);
  material.add_bytes(OSSL_PKEY_PARAM_PUB_KEY, point);
  key.is_private = jwk.find("d");
  if (key.is_private)
    material.add_number(OSSL_PKEY_PARAM_PRIV_KEY, required_bytes(jwk, "d", curve->coordinate).reveal());
  key.type = curve->type;
  key.pkey = material.make("EC", key.is_private);
  check_ec(key.pkey.get(), key.is_private);
}

/// RFC 8037 §2. The public half is worked out anew: signing with another one would give the private half
/// away.
PKey private_ed25519(std::string_view private_half, std::string_view public_half) {
  PKey key(made(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, bytes(private_half), 32),
                "JWK: OpenSSL refuses this key"));
  std::string derived(32, '\0');
  size_t size = derived.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), bytes(derived), &size) == 1, "Ed25519");
  if (derived != public_half) refuse("x", "does not belong to \"d\"");
  return key;
}

void read_okp(const base::Json& jwk, Key::Data& key) {
  if (required_text(jwk, "crv") != "Ed25519") refuse("crv", "is not supported");
  const base::Secret x = required_bytes(jwk, "x", 32);
  key.type = KeyType::ed25519;
  key.is_private = jwk.find("d");
  if (key.is_private)
    key.pkey = private_ed25519(required_bytes(jwk, "d", 32).reveal(), x.reveal());
  else
    key.pkey.reset(made(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes(x.reveal()), 32),
                        "JWK: OpenSSL refuses this key"));
}

void read_oct(const base::Json& jwk, Key::Data& key) {
  key.type = KeyType::oct;
  key.is_private = true;
  key.secret = required_bytes(jwk, "k");
}

struct KeyReader {
  std::string_view kty;
  void (*read)(const base::Json&, Key::Data&);
};

constexpr std::array readers{KeyReader{"RSA", read_rsa}, KeyReader{"EC", read_ec}, KeyReader{"OKP", read_okp},
                             KeyReader{"oct", read_oct}};

KeyType ec_type(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1)
    for (const Curve& curve : curves)
      if (std::string_view(curve.group) == group.data()) return curve.type;
  throw Error("an EC key on a curve that is not supported");
}

KeyType type_of(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519")) return KeyType::ed25519;
  if (EVP_PKEY_is_a(key, "RSA")) {
    check_rsa_size(EVP_PKEY_get_bits(key));
    return KeyType::rsa;
  }
  if (!EVP_PKEY_is_a(key, "EC")) throw Error("a private key of a type that is not supported");
  const KeyType type = ec_type(key);
  check_ec(key, true);
  return type;
}

/// Instead of OpenSSL's own, which asks at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

bool Key::Data::allows(std::string_view wanted_use, std::string_view operation) const {
  return (!use || *use == wanted_use) &&
         (!key_ops || std::find(key_ops->begin(), key_ops->end(), operation) != key_ops->end());
}

Key Key::from_jwk(const base::Json& jwk) {
  const ForgetErrors forget;
  auto data = std::make_shared<Data>();
  const std::string kty = required_text(jwk, "kty");
  const auto reader =
      std::find_if(readers.begin(), readers.end(), [&](const KeyReader& r) { return r.kty == kty; });
  if (reader == readers.end()) refuse("kty", "is not supported");
  data->kid = optional_text(jwk, "kid").value_or("");
  data->alg = optional_text(jwk, "alg");
  data->use = optional_text(jwk, "use");
  data->key_ops = key_operations(jwk);
  reader->read(jwk, *data);
  return Key(std::move(data));
}

Key Key::from_bytes(std::string bytes, std::string kid) {
  auto data = std::make_shared<Data>();
  data->kid = std::move(kid);
  data->is_private = true;
  data->secret = base::Secret(std::move(bytes));
  return Key(std::move(data));
}

Key Key::from_pem(std::string_view pem, std::string kid) {
  const ForgetErrors forget;
  const Bio bio(made(BIO_new_mem_buf(bytes(pem), int(pem.size())), "BIO_new_mem_buf"));
  auto data = std::make_shared<Data>();
  data->pkey.reset(made(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr),
                        "no private key in PEM, or one under a passphrase"));
  data->kid = std::move(kid);
  data->is_private = true;
  data->type = type_of(data->pkey.get());
  return Key(std::move(data));
}

const Hmac& Key::Data::hmac(std::string_view digest) const {
  const std::scoped_lock lock(mutex_);
  return hmacs_.try_emplace(digest, digest, secret.reveal()).first->second;
}

const std::string& Key::kid() const { return data_->kid; }
const std::optional<std::string>& Key::alg() const { return data_->alg; }
bool Key::may_verify() const { return data_->allows("sig", "verify"); }
bool Key::is_symmetric() const { return data_->type == KeyType::oct; }

bool Key::fits(std::string_view alg) const {
  const JwsAlgorithm* algorithm = find_jws_algorithm(alg);
  if (!algorithm || algorithm->type != data_->type || (data_->alg && *data_->alg != alg)) return false;
  // An empty secret is a forgotten setting: everybody could sign with it.
  return !is_symmetric() || !data_->secret.empty();
}

Key MadeKeys::of(const base::Json& jwk) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = keys_.find(&jwk); known != keys_.end()) return known->second;
  }
  Key key = Key::from_jwk(jwk);
  const std::scoped_lock lock(mutex_);
  if (keys_.size() < most) keys_.emplace(&jwk, key);
  return key;
}

std::vector<Key> read_jwk_set(const base::Json& set, const std::optional<std::string>& kid, size_t limit,
                              MadeKeys* made) {
  const base::Json* list = set.find("keys");
  if (!list || !list->is_array()) throw Error("no JWK set");
  std::vector<Key> keys;
  size_t count = 0;
  for (const base::Json& jwk : list->elements()) {
    const std::string name = jwk.text_of("kid").value_or("");
    if (kid && !name.empty() && name != *kid) continue;
    if (count++ == limit) break;
    try {
      Key key = made ? made->of(jwk) : Key::from_jwk(jwk);
      // What everybody can read proves nothing: with it everybody can sign.
      if (!key.data().is_private) keys.push_back(std::move(key));
    } catch (const Error&) {
      // RFC 7517 §5: a key one cannot use does not spoil the others.
      continue;
    }
  }
  return keys;
}

}  // namespace crypto
