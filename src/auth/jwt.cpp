#include "auth/auth.hpp"

namespace auth {
namespace {

constexpr std::string_view signing_info = "NextAuth.js Generated Signing Key";
constexpr std::string_view encryption_info = "NextAuth.js Generated Encryption Key";

crypto::Key signing_key(const JwtOptions& options) {
  if (options.signing_key.is_null())
    return crypto::Key::from_bytes(crypto::hkdf_sha256(options.secret.reveal(), signing_info, 64));
  try {
    return crypto::Key::from_jwk(options.signing_key);
  } catch (const crypto::Error& error) {
    throw model::ConfigError(std::string("jwt.signingKey: ") + error.what());
  }
}

crypto::Key encryption_key(const JwtOptions& options) {
  if (options.encryption_key.is_null())
    return crypto::Key::from_bytes(crypto::hkdf_sha256(options.secret.reveal(), encryption_info, 32));
  try {
    return crypto::Key::from_jwk(options.encryption_key);
  } catch (const crypto::Error& error) {
    throw model::ConfigError(std::string("jwt.encryptionKey: ") + error.what());
  }
}

/// Of a claim; a null pointer is one that is not there.
std::optional<double> seconds(const base::Json* value) {
  if (!value || !value->is_number()) return {};
  return value->number();
}

/// As jose's JWT.verify with `maxTokenAge` judges them.
bool is_fresh(const base::Json& claims, Seconds max_age, base::Time now) {
  const auto unix = double(base::unix_seconds(now));
  const auto iat = seconds(claims.find("iat"));
  if (!iat || *iat > unix || unix - *iat > double(max_age.count())) return false;
  if (const base::Json* exp = claims.find("exp"); exp && seconds(exp).value_or(0) <= unix) return false;
  const base::Json* nbf = claims.find("nbf");
  return !nbf || seconds(nbf).value_or(unix + 1) <= unix;
}

/// What somebody who has our keys said, whenever that was.
std::optional<base::Json> verified_claims(const std::string& token, const Jwt& jwt) {
  try {
    std::optional<std::string> plain;
    if (jwt.encryption_key && !(plain = crypto::decrypt_jwe(token, *jwt.encryption_key))) return {};
    const crypto::Jws parts = crypto::read_jws(plain ? *plain : token);
    if (parts.header.find("alg")->text() != jwt.alg || !crypto::verify_jws(parts, jwt.signing_key, jwt.alg))
      return {};
    auto claims = base::try_parse_json(parts.payload, {.depth = 32, .unique_members = true});
    return claims && claims->is_object() ? std::move(claims) : std::nullopt;
  } catch (const crypto::Error&) {
    return {};  // it is no token
  }
}

crypto::Key sealing_key(std::string_view purpose, const base::Secret& secret) {
  return crypto::Key::from_bytes(
      crypto::hkdf_sha256(secret.reveal(), "nextauth.fcgi cookie: " + std::string(purpose), 32));
}

}  // namespace

Jwt::Jwt(const JwtOptions& options)
    : max_age(options.max_age),
      signing_key(auth::signing_key(options)),
      alg(signing_key.alg().value_or("HS512")),
      encryption_key(options.encryption ? std::optional(auth::encryption_key(options)) : std::nullopt) {}

std::string encode_jwt(base::Json token, const Jwt& jwt, base::Time now, crypto::Random& random) {
  const long long issued = base::unix_seconds(now);
  token.set("iat", issued);
  token.set("exp", issued + jwt.max_age.count());
  try {
    std::string signed_token =
        crypto::sign_jws(base::Json::object(), base::to_json(token), jwt.signing_key, jwt.alg);
    return jwt.encryption_key ? crypto::encrypt_jwe(signed_token, *jwt.encryption_key, random) : signed_token;
  } catch (const crypto::Error& error) {
    throw model::ConfigError(std::string("jwt: ") + error.what());
  }
}

std::optional<base::Json> decode_jwt(const std::string& token, const Jwt& jwt, base::Time now) {
  auto claims = verified_claims(token, jwt);
  if (!claims || !is_fresh(*claims, jwt.max_age, now)) return {};
  return claims;
}

bool is_from_the_future(const std::string& token, const Jwt& jwt, base::Time now) {
  const auto claims = verified_claims(token, jwt);
  return claims && seconds(claims->find("iat")).value_or(0) > double(base::unix_seconds(now));
}

std::string seal(const base::Json& value, std::string_view purpose, Seconds max_age,
                 const base::Secret& secret, base::Time now, crypto::Random& random) {
  const base::Json sealed =
      base::Json::object({{"value", value}, {"exp", base::unix_seconds(now) + max_age.count()}});
  return crypto::encrypt_jwe(base::to_json(sealed), sealing_key(purpose, secret), random);
}

std::optional<base::Json> unseal(const std::string& sealed, std::string_view purpose,
                                 const base::Secret& secret, base::Time now) {
  const auto plain = crypto::decrypt_jwe(sealed, sealing_key(purpose, secret));
  auto content = plain ? base::try_parse_json(*plain) : std::nullopt;
  if (!content || seconds(content->find("exp")).value_or(0) <= double(base::unix_seconds(now))) return {};
  base::Json* value = content->find("value");
  return value ? std::optional(std::move(*value)) : std::nullopt;
}

}  // namespace auth
