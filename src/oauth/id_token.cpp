#include <algorithm>
#include <functional>

#include "base/text.hpp"
#include "oauth/oauth.hpp"

// One function a rule of OpenID Connect Core §3.1.3.7; the cheap ones before keys are fetched.
namespace oauth {
namespace {

/// A rule that a token breaks.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] void refuse(const std::string& why) { throw Refusal(why); }

std::string text(const base::Json& claims, std::string_view name) {
  const auto value = claims.text_of(name);
  if (!value || value->empty()) refuse(std::string(name) + " is missing or no text");
  return *value;
}

double number(const base::Json& claims, std::string_view name) {
  const base::Json* value = claims.find(name);
  if (!value || !value->is_number()) refuse(std::string(name) + " is missing or no number");
  return value->number();
}

void check_issuer(const base::Json& claims, const Provider& provider, const Metadata& metadata) {
  const std::string iss = text(claims, "iss");
  base::Json accepted = providers::oidc(provider, "iss", {.claims = claims});
  if (accepted.is_null()) accepted = metadata.issuer;
  if (accepted.is_string() && accepted.text() == iss) return;
  if (accepted.is_array())
    for (const base::Json& one : accepted.elements())
      if (one.is_string() && one.text() == iss) return;
  refuse("iss is " + iss);
}

void check_audience(const base::Json& claims, const std::string& client_id) {
  const base::Json* aud = claims.find("aud");
  const base::Json* azp = claims.find("azp");
  const bool azp_is_ours = azp && azp->is_string() && azp->text() == client_id;
  if (azp && !azp_is_ours) refuse("azp is another client");
  if (aud && aud->is_string() && aud->text() == client_id) return;
  if (!aud || !aud->is_array()) refuse("aud is another client, or missing");
  const auto& audiences = aud->elements();
  if (std::find(audiences.begin(), audiences.end(), base::Json(client_id)) == audiences.end())
    refuse("aud does not name this client");
  // Others may use it too: then it must say that it was issued to us.
  if (audiences.size() > 1 && !azp_is_ours) refuse("several aud, and no azp");
}

void check_expiry(const base::Json& claims, base::Time now) {
  if (number(claims, "exp") + double(exp_leeway.count()) <= double(base::unix_seconds(now)))
    refuse("expired");
}

void check_times(const base::Json& claims, base::Time now) {
  check_expiry(claims, now);
  const auto seconds = double(base::unix_seconds(now));
  if (number(claims, "iat") - double(iat_leeway.count()) > seconds) refuse("iat lies in the future");
  if (claims.find("nbf") && number(claims, "nbf") - double(iat_leeway.count()) > seconds)
    refuse("not valid yet");
}

void check_nonce(const base::Json& claims, const Expected& expected) {
  const std::string& nonce = expected.nonce;
  if (nonce.empty() || (expected.nonce_may_lack && !claims.find("nonce"))) return;
  if (!crypto::equal_constant_time(text(claims, "nonce"), nonce)) refuse("nonce is another one");
}

/// RFC 8725 §3.11: a token of another kind by the same issuer, "at+jwt" or "logout+jwt", is no id_token.
/// Also, a kid that is no text names no key (RFC 7515 §4.1.4).
void check_header(const base::Json& header) {
  const std::string type = base::lower(header.text_of("typ").value_or(""));
  if (type.ends_with("+jwt")) refuse("typ is " + type);
  const base::Json* kid = header.find("kid");
  if (kid && !kid->is_string()) refuse("kid is no text");
}

bool is_accepted(const Metadata& metadata, const std::string& alg) {
  return alg != "none" && std::find(metadata.algs.begin(), metadata.algs.end(), alg) != metadata.algs.end();
}

/// Does any of the keys that the header names, or may mean, fit the signature?
bool verifies(const crypto::Jws& token, const std::vector<crypto::Key>& keys, const std::string& alg) {
  return std::any_of(keys.begin(), keys.end(), [&](const crypto::Key& key) {
    // The algorithm belongs to the key: a public key must never serve as an HMAC's secret.
    return !key.is_symmetric() && key.may_verify() && key.fits(alg) && crypto::verify_jws(token, key, alg);
  });
}

bool names_known_key(const crypto::Jws& token, const std::vector<crypto::Key>& keys) {
  const auto kid = token.header.text_of("kid");
  return kid &&
         std::any_of(keys.begin(), keys.end(), [&](const crypto::Key& key) { return key.kid() == *kid; });
}

void check_signature(const crypto::Jws& token, const Provider& provider, const Metadata& metadata,
                     Documents& documents) {
  const std::string alg = token.header.text_of("alg").value_or("");
  if (!is_accepted(metadata, alg)) refuse("alg " + alg + " is not accepted");
  if (alg.starts_with("HS")) {
    const std::string secret(provider.client_secret.reveal());
    if (secret.empty() || !crypto::verify_jws(token, crypto::Key::from_bytes(secret), alg))
      refuse("the signature does not fit");
    return;
  }
  if (metadata.jwks_uri.empty()) refuse("the provider publishes no keys");
  const auto kid = token.header.text_of("kid");
  const auto keys = documents.keys(metadata.jwks_uri, kid);
  if (verifies(token, keys, alg)) return;
  if (names_known_key(token, keys)) refuse("the signature does not fit");
  // The provider may have changed its keys.
  if (!verifies(token, documents.keys_again(metadata.jwks_uri, kid), alg))
    refuse("no key of the provider's fits the signature");
}

/// OpenID Connect Core §3.1.3.6 and §3.3.2.11: where this claim is given, it is the left half of the hash of
/// what came along with the token.
void check_hash(const base::Json& claims, std::string_view name, const std::string& alg,
                const std::string& companion) {
  const base::Json* hash = claims.find(name);
  if (!hash || companion.empty()) return;
  const std::string digest = crypto::digest_for(alg, companion);
  const std::string expected = base::to_base64url(digest.substr(0, digest.size() / 2));
  if (!hash->is_string() || !crypto::equal_constant_time(hash->text(), expected))
    refuse(std::string(name) + " does not fit the " + (name == "at_hash" ? "access token" : "code"));
}

base::Json read_claims(const crypto::Jws& token) {
  auto claims = base::try_parse_json(token.payload, {.depth = 16, .unique_members = true});
  if (!claims || !claims->is_object()) refuse("the claims are no JSON object");
  return std::move(*claims);
}

/// The claims that `verify` gives; what is wrong with them is said of the thing of this name.
base::Json verified(const std::string& name, const std::function<base::Json()>& verify) {
  std::string why;
  try {
    return verify();
  } catch (const Refusal& refusal) {
    why = refusal.what();
  } catch (const crypto::Error& error) {
    why = error.what();
  } catch (const providers::Error& error) {
    why = error.what();
  }
  throw AuthError(Code::OAuthCallback, name + ": " + why);
}

}  // namespace

base::Json verify_id_token(const std::string& id_token, const Provider& provider, const Metadata& metadata,
                           Documents& documents, const Expected& expected) {
  return verified("id_token", [&] {
    const crypto::Jws token = crypto::read_jws(id_token);
    check_header(token.header);
    base::Json claims = read_claims(token);
    check_issuer(claims, provider, metadata);
    check_audience(claims, provider.client_id);
    check_times(claims, expected.now);
    check_nonce(claims, expected);
    text(claims, "sub");
    check_signature(token, provider, metadata, documents);
    const std::string alg = token.header.text_of("alg").value_or("");
    check_hash(claims, "at_hash", alg, expected.access_token);
    check_hash(claims, "c_hash", alg, expected.code);
    return claims;
  });
}

base::Json verify_userinfo(const std::string& jwt, const Provider& provider, const Metadata& metadata,
                           Documents& documents, base::Time now) {
  return verified("userinfo", [&] {
    const crypto::Jws token = crypto::read_jws(jwt);
    check_header(token.header);
    base::Json claims = read_claims(token);
    if (claims.find("iss")) check_issuer(claims, provider, metadata);
    if (claims.find("aud")) check_audience(claims, provider.client_id);
    if (claims.find("exp")) check_expiry(claims, now);
    check_signature(token, provider, metadata, documents);
    return claims;
  });
}

}  // namespace oauth
