// How this site tells a provider who it is.
#include "base/text.hpp"
#include "providers/check.hpp"

namespace providers {
namespace {

using base::Json;

constexpr const char* needed_key =
    "needed is a private key in PEM without a passphrase, RSA of 2048 bits or more or EC P-256, as "
    "`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` makes it; the provider gets its public "
    "half";

/// The algorithm that was asked for, else the usual one for such a key.
std::string signing_alg(const crypto::Key& key, const std::optional<std::string>& asked, const Place& place) {
  if (asked && !key.fits(*asked)) place.at("alg").say("does not fit the key");
  if (asked) return *asked;
  for (const char* usual : {"RS256", "ES256"})
    if (key.fits(usual)) return usual;
  place.at("key").say(std::string("is of a kind that is not used for this: ") + needed_key);
  return {};
}

std::optional<ClientKey> read_client_key(const Json& facts, const Place& place) {
  // An environment variable holds no line end, so a PEM key comes with the two characters instead.
  const std::string pem = base::replace_all(facts.text_of("key").value_or(""), "\\n", "\n");
  if (pem.empty()) return {};  // said already
  try {
    crypto::Key key = crypto::Key::from_pem(pem, facts.text_of("kid").value_or(""));
    std::string alg = signing_alg(key, facts.text_of("alg"), place);
    return ClientKey{std::move(alg), std::move(key)};
  } catch (const crypto::Error& error) {
    place.at("key").say(std::string("cannot be used (") + error.what() + "): " + needed_key);
    return {};
  }
}

bool is_known(ClientAuth auth, const Provider& provider, const Json& whole) {
  if (auth == ClientAuth::private_key_jwt) return whole.find("clientKey");
  return auth != ClientAuth::client_secret_jwt ||
         (!provider.client_secret_is_object && !provider.client_secret.empty());
}

void check_auth(const Provider& provider, const Json& whole, const Place& place) {
  const ClientAuth auth = provider.client_auth;
  if (!is_known(auth, provider, whole))
    return place.at("clientAuth")
        .say(auth == ClientAuth::private_key_jwt ? "needs \"clientKey\": { \"key\": a private key in PEM }"
                                                 : "needs \"clientSecret\" as text");
  if (auth == ClientAuth::client_secret_jwt && provider.client_secret.reveal().size() < least_signing_secret)
    place.at("clientSecret")
        .say("must have " + std::to_string(least_signing_secret) +
             " bytes or more to sign with: have the provider make a longer one");
  if (provider.client_key && (auth != ClientAuth::private_key_jwt || !provider.oauth2))
    place.at("clientKey").say("is for \"clientAuth\": \"private_key_jwt\" of OAuth 2.0");
}

}  // namespace

void take_client(Provider& provider, const Place& place) {
  Json& entry = provider.entry;
  provider.client_id = entry.text_of("clientId").value_or("");
  if (const Json* secret = entry.find("clientSecret")) {
    provider.client_secret_is_object = secret->is_object();
    if (secret->is_string()) provider.client_secret = base::Secret(secret->text());
    if (secret->is_object()) provider.client_secret = base::Secret(base::to_json(*secret));
  }
  if (const Json* facts = entry.find("clientKey"))
    provider.client_key = read_client_key(*facts, place.at("clientKey"));
  entry.erase("clientSecret");
  entry.erase("clientKey");
}

ClientAuth client_auth_of(const Provider& provider) {
  const auto given = provider.entry.text_of("clientAuth");
  // What else would the key be for?
  if (!given && provider.client_key) return ClientAuth::private_key_jwt;
  if (!given) return provider.issuer.empty() ? ClientAuth::post : ClientAuth::automatic;
  if (*given == "basic") return ClientAuth::basic;
  if (*given == "both") return ClientAuth::both;
  if (*given == "private_key_jwt") return ClientAuth::private_key_jwt;
  if (*given == "client_secret_jwt") return ClientAuth::client_secret_jwt;
  return *given == "none" ? ClientAuth::none : ClientAuth::post;
}

void check_client(const Provider& provider, const Json& whole, const Place& place) {
  if (provider.client_secret_is_object && (!provider.oauth2 || !whole.find("clientSecretJwt")))
    place.at("clientSecret").say("must be text");
  check_auth(provider, whole, place);
}

}  // namespace providers
