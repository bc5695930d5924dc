#include <algorithm>
#include <array>
#include <charconv>

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
std::optional<Claims> verified_claims(const std::string& token, const Jwt& jwt) {
  try {
    std::optional<std::string> plain;
    if (jwt.encryption_key && !(plain = crypto::decrypt_jwe(token, *jwt.encryption_key))) return {};
    auto payload = crypto::open_jws(plain ? *plain : token, jwt.signing_key, jwt.alg);
    if (!payload) return {};
    auto claims = base::try_parse_json(*payload, {.depth = 32, .unique_members = true});
    if (!claims || !claims->is_object()) return {};
    return Claims{std::move(*claims), std::move(*payload)};
  } catch (const crypto::Error&) {
    return {};  // it is no token
  }
}

std::string signed_and_sealed(std::string_view claims, const Jwt& jwt, crypto::Random& random) {
  try {
    std::string token = crypto::sign_jws(base::Json::object(), claims, jwt.signing_key, jwt.alg);
    return jwt.encryption_key ? crypto::encrypt_jwe(token, *jwt.encryption_key, random) : token;
  } catch (const crypto::Error& error) {
    throw model::ConfigError(std::string("jwt: ") + error.what());
  }
}

/// When a token is made, and when it ends.
struct Times {
  std::int64_t iat, exp;
};

Times times_of(base::Time now, const Jwt& jwt) {
  const std::int64_t iat = base::unix_seconds(now);
  return {iat, iat + jwt.max_age.count()};
}

base::Json with_times(base::Json claims, const Times& times) {
  claims.set("iat", times.iat);
  claims.set("exp", times.exp);
  return claims;
}

/// How the text of a token of ours ends.
class Tail {
 public:
  explicit Tail(const Times& times) {
    put(R"("iat":)");
    put(times.iat);
    put(R"(,"exp":)");
    put(times.exp);
    put("}");
  }
  std::string_view view() const { return {text_.data(), size_t(end_ - text_.data())}; }

 private:
  void put(std::string_view part) { end_ = std::copy(part.begin(), part.end(), end_); }
  void put(std::int64_t number) { end_ = std::to_chars(end_, text_.data() + text_.size(), number).ptr; }

  std::array<char, 64> text_;  // two numbers of at most 20 digits, and 15 characters
  char* end_ = text_.data();
};

/// Where this text ends as ours do, with these very claims as the last two, the place where that begins. All
/// before it can stay as it is: nothing has to be written once more.
std::optional<size_t> find_tail(const Claims& claims) {
  const base::Json::Object& members = claims.json.members();
  if (members.size() < 2) return {};
  const auto& [before, iat] = members[members.size() - 2];
  const auto& [last, exp] = members.back();
  if (before != "iat" || last != "exp" || !iat.is_integer() || !exp.is_integer()) return {};
  const Tail tail({iat.integer(), exp.integer()});
  if (!claims.text.ends_with(tail.view())) return {};
  return claims.text.size() - tail.view().size();
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
  return signed_and_sealed(base::to_json(with_times(std::move(token), times_of(now, jwt))), jwt, random);
}

std::string renew_jwt(Claims claims, const Jwt& jwt, base::Time now, crypto::Random& random) {
  const auto end = find_tail(claims);
  if (!end) return encode_jwt(std::move(claims.json), jwt, now, random);
  claims.text.resize(*end);
  claims.text.append(Tail(times_of(now, jwt)).view());
  return signed_and_sealed(claims.text, jwt, random);
}

std::optional<Claims> read_jwt(const std::string& token, const Jwt& jwt, base::Time now) {
  auto claims = verified_claims(token, jwt);
  if (!claims || !is_fresh(claims->json, jwt.max_age, now)) return {};
  return claims;
}

std::optional<base::Json> decode_jwt(const std::string& token, const Jwt& jwt, base::Time now) {
  auto claims = read_jwt(token, jwt, now);
  return claims ? std::optional(std::move(claims->json)) : std::nullopt;
}

bool is_from_the_future(const std::string& token, const Jwt& jwt, base::Time now) {
  const auto claims = verified_claims(token, jwt);
  return claims && seconds(claims->json.find("iat")).value_or(0) > double(base::unix_seconds(now));
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
