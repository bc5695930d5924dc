#pragma once
// Who one can sign in with: the catalogue, an entry in use, and what its texts and mappings mean.
// The vocabulary is the catalogue's; no provider's id appears in code.
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/secret.hpp"
#include "crypto/crypto.hpp"

namespace providers {

/// A text, path or mapping that cannot be made out; what() names the key.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The catalogue's entry; none if there is no such id.
std::optional<base::Json> catalogue(std::string_view id);
/// All ids, sorted.
std::vector<std::string> catalogue_ids();

enum class Type { oauth, email, credentials };
enum class ClientAuth { automatic, post, basic, both, none, private_key_jwt, client_secret_jwt };

/// What private_key_jwt signs with.
struct ClientKey {
  std::string alg;
  crypto::Key key;
};
/// Bytes of a clientSecret that signs; RFC 7518 §3.2: no fewer than HS256's digest has.
constexpr size_t least_signing_secret = 32;

struct Protection {
  bool state = true, pkce = false, nonce = false;
  bool chosen = false;  // by the site's owner: then nothing is added to it
};

/// A provider of this site: the catalogue's entry with the configuration laid over it, key by key.
struct Provider {
  std::string id, name;
  Type type = Type::oauth;
  bool oauth2 = true;          // version "2.…"; else OAuth 1.0a
  base::Json entry;            // the entry in use, without clientSecret, clientKey
  base::Json options;          // its options' values, and clientId, issuer: what placeholders stand for
  base::Secret client_secret;  // as text: a string, or the object's JSON
  bool client_secret_is_object = false;
  std::optional<ClientKey> client_key;

  std::string client_id;
  std::string issuer;                // "" unless OpenID Connect discovery is used; placeholders replaced
  bool id_token = false;             // the profile is the id_token's claims
  std::optional<std::string> scope;  // none: no scope parameter at all
  Protection protection;
  ClientAuth client_auth = ClientAuth::automatic;  // automatic: as the discovery document says
  std::string access_token_path = "access_token";
  std::string profile_method = "GET";
  bool use_auth_token_header = true;
  bool callback_user = false;
};

/// What is wrong with an entry: a JSON Pointer below it ("/clientId", "" for all of it) and a sentence.
using Complain = std::function<void(const std::string& pointer, const std::string& message)>;

/// The configuration's provider: `configured` has an id of the catalogue, or is one's own. Complains about
/// every unknown key (naming the nearest known one), wrong type, missing required option, URL that is not
/// https (http is allowed to loopback addresses), missing clientId; the result is then not to be used.
Provider make_provider(const base::Json& configured, const Complain&);

// --- texts with placeholders ---

/// What placeholders stand for besides the provider's own values; empty or null where there is none.
struct Values {
  std::string code{};
  base::Json tokens{};  // the token endpoint's whole answer
  std::string access_token{};
  base::Json claims{};  // the id_token's
};

/// The text of this key of the entry as a URL: code, tokens, accessToken and claims are percent-encoded.
/// None if the entry has no such key. Throws Error if a value is missing.
std::optional<std::string> url(const Provider&, std::string_view key, const Values& = {});
/// Any text, as it stands in a URL.
std::string expand_url(const Provider&, std::string_view text, const Values& = {});
/// The object of this key ("params", "headers", "tokenHeaders", "profileHeaders", "authorizationParams"):
/// members whose value is missing are left out; null stays a none. Throws Error for a control character.
std::vector<std::pair<std::string, std::optional<std::string>>> texts(const Provider&, std::string_view key,
                                                                      const Values& = {});
/// A member of the entry's "oidc" ("issuer", "discovery", "iss", "algs"): a text, an expression or a list of
/// texts, evaluated; null if there is none or a placeholder in it has no value.
base::Json oidc(const Provider&, std::string_view member, const Values& = {});
/// "clientSecretJwt" with its placeholders replaced ({clientSecret.keyId} too) and line ends in its key; null
/// if the entry has none or the secret is no object.
base::Json client_secret_jwt(const Provider&);

// --- paths and mappings ---

/// What the path finds; null pointer if it is absent.
const base::Json* find_path(const base::Json& value, std::string_view path);
/// The user's members out of the profile, by the entry's `profile` or the default mapping. Throws Error.
base::Json map_profile(const Provider&, const base::Json& profile, const Values& = {});

}  // namespace providers
