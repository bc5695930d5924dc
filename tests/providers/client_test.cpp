// How a site may say who it is to a provider's token endpoint.
#include "../support/keys.hpp"
#include "base/text.hpp"
#include "support.hpp"

using base::Json;
using providers::ClientAuth;
using support::new_ec_key;
using support::new_rsa_key;
using support::private_pem;

namespace {

/// A provider of one's own with these members.
Json own(const Json& members) {
  Json entry = Json::object({{"id", "acme"},
                             {"authorizationUrl", "https://acme.example/authorize"},
                             {"accessTokenUrl", "https://acme.example/token"},
                             {"profileUrl", "https://acme.example/me"},
                             {"clientId", "app"}});
  for (const auto& [name, value] : members.members()) entry.set(name, value);
  return entry;
}

Json with_key(const std::string& pem, const Json& alg = {}) {
  Json facts = Json::object({{"key", pem}});
  if (!alg.is_null()) facts.set("alg", alg);
  return own(Json::object({{"clientKey", facts}}));
}

/// Every complaint, one a line.
std::string said(const Json& entry) {
  std::string all;
  providers::make_provider(entry, [&](const std::string& pointer, const std::string& message) {
    all += pointer + ": " + message + "\n";
  });
  return all;
}

bool begins(const std::string& text, const std::string& beginning) { return text.starts_with(beginning); }

const std::string needed = "needed is a private key in PEM without a passphrase, RSA of 2048 bits or more";

}  // namespace

TEST_CASE("a key is there for private_key_jwt, and is in no text of the entry") {
  const std::string pem = private_pem(new_ec_key(""));
  const auto provider = accepted(with_key(pem));
  CHECK(provider.client_auth == ClientAuth::private_key_jwt);
  REQUIRE(provider.client_key);
  CHECK(provider.client_key->alg == "ES256");
  CHECK(base::to_json(provider.entry).find("PRIVATE KEY") == std::string::npos);
}

TEST_CASE("a key may come with \\n for its line ends") {
  const std::string pem = base::replace_all(private_pem(new_rsa_key("")), "\n", "\\n");
  CHECK(accepted(with_key(pem)).client_key->alg == "RS256");
}

TEST_CASE("a key of fewer than 2048 bits is refused, and the message says what to do") {
  CHECK(said(with_key(private_pem(new_rsa_key("", 2048)))).empty());
  const std::string weak = private_pem(new_rsa_key("", 2040));
  CHECK(begins(said(with_key(weak)),
               "/clientKey/key: cannot be used (an RSA key of fewer than 2048 bits): " + needed));
}

TEST_CASE("what is no private key is refused, and not shown") {
  const std::string pem = private_pem(new_ec_key(""));
  for (const std::string& broken :
       {support::public_pem(new_rsa_key("")), std::string("s3cret"), pem.substr(0, pem.size() / 2),
        std::string("-----BEGIN PRIVATE KEY-----")}) {
    const std::string all = said(with_key(broken));
    CHECK(begins(all, "/clientKey/key: cannot be used (no private key in PEM"));
    CHECK(all.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("an algorithm must fit the key") {
  const std::string rsa = private_pem(new_rsa_key("")), ec = private_pem(new_ec_key(""));
  for (const char* alg : {"RS256", "PS256"}) {
    CHECK(said(with_key(rsa, alg)).empty());
    CHECK(said(with_key(ec, alg)) == "/clientKey/alg: does not fit the key\n");
  }
  CHECK(said(with_key(ec, "ES256")).empty());
  CHECK(said(with_key(rsa, "ES256")) == "/clientKey/alg: does not fit the key\n");
  CHECK(said(with_key(rsa, "HS256")) ==
        "/clientKey/alg: must be \"RS256\", \"PS256\" or \"ES256\"\n/clientKey/alg: does not fit the key\n");
}

TEST_CASE("a secret signs if it is as long as the digest") {
  const auto by_secret = [](const Json& secret) {
    return said(own(Json::object({{"clientAuth", "client_secret_jwt"}, {"clientSecret", secret}})));
  };
  CHECK(by_secret(std::string(32, 's')).empty());
  CHECK(begins(by_secret(std::string(31, 's')), "/clientSecret: must have 32 bytes or more to sign with"));
  CHECK(by_secret("") == "/clientAuth: needs \"clientSecret\" as text\n");
  CHECK(by_secret(nullptr) == "/clientAuth: needs \"clientSecret\" as text\n");
}

TEST_CASE("a key and clientAuth belong together") {
  const std::string pem = private_pem(new_ec_key(""));
  CHECK(said(own(Json::object({{"clientAuth", "private_key_jwt"}}))) ==
        "/clientAuth: needs \"clientKey\": { \"key\": a private key in PEM }\n");
  for (const char* other : {"post", "basic", "both", "none"}) {
    Json entry = with_key(pem);
    entry.set("clientAuth", other);
    CHECK(begins(said(entry), "/clientKey: is for \"clientAuth\": \"private_key_jwt\""));
  }
  CHECK(said(own(Json::object({{"clientKey", Json::object()}}))) == "/clientKey: \"key\" is missing\n");
  CHECK(said(own(Json::object({{"clientKey", 5}}))) == "/clientKey: must be an object\n");
}

TEST_CASE("an audience is text whose placeholders have values") {
  CHECK(said(own(Json::object({{"assertionAudience", "https://{clientId}"}}))).empty());
  CHECK(said(own(Json::object({{"assertionAudience", "{code}"}}))) ==
        "/assertionAudience: {code} has no value here\n");
  CHECK(said(own(Json::object({{"assertionAudience", "{issuer}"}}))) ==
        "/assertionAudience: {issuer} has no value\n");
}
