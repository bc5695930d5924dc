#include "oauth/proof.hpp"

#include "base/text.hpp"

namespace oauth {
namespace {

using providers::ClientAuth;

constexpr size_t jti_bytes = 16;

std::string sign(const base::Json& claims, const crypto::Key& key, std::string_view alg) {
  return crypto::sign_jws(base::Json::object({{"typ", "JWT"}}), base::to_json(claims), key, alg);
}

/// A client secret that is a JWT, signed anew: Apple's "Sign in with Apple", ES256.
std::string signed_secret(const base::Json& recipe, base::Time now) {
  const long long issued = base::unix_seconds(now);
  const base::Json* lifetime = recipe.find("lifetime");
  const base::Json claims =
      base::Json::object({{"iss", recipe.text_of("iss")},
                          {"iat", issued},
                          {"exp", issued + (lifetime && lifetime->is_integer() ? lifetime->integer() : 300)},
                          {"aud", recipe.text_of("aud")},
                          {"sub", recipe.text_of("sub")}});
  const auto key =
      crypto::Key::from_pem(recipe.text_of("key").value_or(""), recipe.text_of("kid").value_or(""));
  return sign(claims, key, recipe.text_of("alg").value_or("ES256"));
}

std::string client_secret(const Provider& provider, base::Time now) {
  if (!provider.client_secret_is_object) return std::string(provider.client_secret.reveal());
  return signed_secret(providers::client_secret_jwt(provider), now);
}

/// RFC 6749 §2.3.1: both parts form-encoded first.
std::string basic_credentials(const Provider& provider, const std::string& secret) {
  return base::to_base64(http::encode_strict(provider.client_id) + ":" + http::encode_strict(secret));
}

/// OpenID Connect Core §9, RFC 7523 §3. The audience is the token endpoint, as Core has it: Microsoft takes
/// nothing else, and nearly all others take it. Newer advice is the issuer, because a provider that lies in
/// its discovery document could pass on what was meant for another; but this is sent to the very address
/// that it names. "assertionAudience" is for those who insist on the issuer.
base::Json assertion_claims(const Provider& provider, const Metadata& metadata, crypto::Random& random,
                            base::Time now) {
  const long long issued = base::unix_seconds(now);
  return base::Json::object(
      {{"iss", provider.client_id},
       {"sub", provider.client_id},
       {"aud", providers::url(provider, "assertionAudience").value_or(metadata.token_url)},
       {"jti", crypto::random_hex(random, jti_bytes)},
       {"iat", issued},
       {"exp", issued + assertion_lifetime.count()}});
}

std::string assertion(const Provider& provider, const Metadata& metadata, crypto::Random& random,
                      base::Time now) {
  const base::Json claims = assertion_claims(provider, metadata, random, now);
  if (metadata.client_auth == ClientAuth::private_key_jwt && provider.client_key)
    return sign(claims, provider.client_key->key, provider.client_key->alg);
  return sign(claims, crypto::Key::from_bytes(std::string(provider.client_secret.reveal())), "HS256");
}

bool is_assertion(ClientAuth auth) {
  return auth == ClientAuth::private_key_jwt || auth == ClientAuth::client_secret_jwt;
}

}  // namespace

Proof prove(const Provider& provider, const Metadata& metadata, crypto::Random& random, base::Time now) {
  const ClientAuth auth = metadata.client_auth;
  Proof proof;
  if (auth != ClientAuth::basic) proof.form.emplace_back("client_id", provider.client_id);
  if (is_assertion(auth)) {
    const std::string token = assertion(provider, metadata, random, now);
    proof.form.emplace_back("client_assertion_type",
                            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    proof.form.emplace_back("client_assertion", token);
    proof.secrets = {token, std::string(provider.client_secret.reveal())};
    return proof;
  }
  const std::string secret = client_secret(provider, now);
  if ((auth == ClientAuth::post || auth == ClientAuth::both) && !secret.empty())
    proof.form.emplace_back("client_secret", secret);
  proof.secrets = {secret};
  if (auth == ClientAuth::basic || auth == ClientAuth::both) {
    const std::string credentials = basic_credentials(provider, secret);
    proof.authorization = "Basic " + credentials;
    proof.secrets.push_back(credentials);
  }
  return proof;
}

}  // namespace oauth
