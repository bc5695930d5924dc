// Whose signature an id_token bears, and with which of the provider's keys.
#include "../support/world.hpp"
#include "base/text.hpp"

using namespace support;

namespace {

const std::string no_key = "OAuthCallback: id_token: no key of the provider's fits the signature";
const std::string no_fit = "OAuthCallback: id_token: the signature does not fit";
const std::string keys_url = "https://op.example/keys";

const Json& rsa() {  // making one takes its time
  static const Json key = new_rsa_key("rsa");
  return key;
}

/// The token with an HMAC of this secret in place of a signature.
std::string hmac_signed(const Json& claims, const char* kid, std::string_view secret) {
  const Json header = Json::object({{"alg", "HS256"}, {"kid", kid}});
  const std::string text =
      base::to_base64url(base::to_json(header)) + "." + base::to_base64url(base::to_json(claims));
  return text + "." + base::to_base64url(crypto::hmac_sha256(secret, text));
}

void publish(World& w, const Json& key, const std::string& alg, const Json& more = Json::object()) {
  w.op.key = key;
  w.op.alg = alg;
  Json published = public_half(key);
  for (const auto& [name, value] : more.members()) published.set(name, value);
  w.op.keys = Json::array({published});
}

std::string header_with(const char* name, const Json& value) {
  World w;
  w.op.header = Json::object({{name, value}});
  return w.sign_in().location;
}

}  // namespace

TEST_CASE("somebody else's key under the right kid is refused") {
  World w;
  w.op.key = new_ec_key("k1");
  CHECK(refusal(w) == no_fit);
  CHECK(w.client.count(keys_url) == 1);  // the kid is known: nothing to be looked for
}

TEST_CASE("a kid that the provider does not publish is refused, after looking again") {
  World w;
  w.op.key.set("kid", "unknown");
  w.op.keys.elements()[0].set("kid", "k1");
  CHECK(refusal(w) == no_key);
  CHECK(w.client.count(keys_url) == 2);
}

TEST_CASE("a signature that was changed is refused") {
  World w;
  w.op.instead_of_signing = [&](const Json& claims) {
    std::string token = w.op.sign(claims);
    const size_t first = token.rfind('.') + 1;
    token[first] = token[first] == 'A' ? 'B' : 'A';
    return token;
  };
  CHECK(refusal(w) == no_fit);
}

TEST_CASE("claims that were changed after signing are refused") {
  World w;
  w.op.instead_of_signing = [&](Json claims) {
    const std::string token = w.op.sign(claims);
    claims.set("sub", "ben");
    return token.substr(0, token.find('.') + 1) + base::to_base64url(base::to_json(claims)) +
           token.substr(token.rfind('.'));
  };
  CHECK(refusal(w) == no_fit);
}

TEST_CASE("alg none is refused, however it is spelled") {
  for (const char* none : {"none", "None", "NONE", ""}) {
    World w;
    w.op.document.set("id_token_signing_alg_values_supported", Json::array({"none", none, "ES256"}));
    w.op.instead_of_signing = [&](const Json& claims) {
      return base::to_base64url(base::to_json(Json::object({{"alg", none}, {"kid", "k1"}}))) + "." +
             base::to_base64url(base::to_json(claims)) + ".";
    };
    CAPTURE(none);
    const std::string why = refusal(w);
    CHECK((why == std::string("OAuthCallback: id_token: alg ") + none + " is not accepted" || why == no_fit));
  }
}

TEST_CASE("alg none is not for a site's owner to choose either") {
  World w(
      {.op = base::parse_json(R"({"oidc": {"issuer": "https://op.example", "algs": ["none", "ES256"]}})")});
  CHECK(w.sign_in().location == "https://example.com");
  w.browser.sign_out();
  w.op.instead_of_signing = [](const Json& claims) {
    return base::to_base64url(R"({"alg":"none"})") + "." + base::to_base64url(base::to_json(claims)) + ".";
  };
  CHECK(w.sign_in().location == w.error("OAuthCallback"));
  CHECK(w.logged("alg none is not accepted"));
}

TEST_CASE("an RSA key's public half is no HMAC secret") {
  const std::string pem = public_pem(rsa());
  const std::string n = base::from_base64url(rsa().text_of("n").value()).value();
  for (const std::string& secret :
       {pem, pem.substr(0, pem.size() - 1), n, base::to_json(public_half(rsa()))}) {
    World w;
    publish(w, rsa(), "RS256");
    // The provider announces HS256 itself: even then it is the site's owner who would have to choose it.
    w.op.document.set("id_token_signing_alg_values_supported", Json::array({"RS256", "HS256"}));
    w.op.instead_of_signing = [&](const Json& claims) { return hmac_signed(claims, "rsa", secret); };
    CHECK(refusal(w) == "OAuthCallback: id_token: alg HS256 is not accepted");
  }
}

TEST_CASE("a symmetric key in the published set is of no use") {
  World w({.op = base::parse_json(R"({"oidc": {"issuer": "https://op.example", "algs": ["HS256"]}})")});
  const std::string k = base::to_base64url("known to all who can read the key set");
  w.op.keys.elements().push_back(Json::object({{"kty", "oct"}, {"kid", "h"}, {"k", k}}));
  w.op.instead_of_signing = [&](const Json& claims) {
    return hmac_signed(claims, "h", "known to all who can read the key set");
  };
  CHECK(refusal(w) == no_fit);
}

TEST_CASE("HS256 works with the client secret where the owner chose it") {
  World w({.op = base::parse_json(R"({"oidc": {"issuer": "https://op.example", "algs": ["HS256"]}})")});
  w.op.instead_of_signing = [&](const Json& claims) { return hmac_signed(claims, "k1", w.op.client_secret); };
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("an algorithm that is not announced is refused") {
  World w;
  w.op.document.set("id_token_signing_alg_values_supported", Json::array({"RS256"}));
  CHECK(refusal(w) == "OAuthCallback: id_token: alg ES256 is not accepted");
}

TEST_CASE("RS256 is the algorithm where none is announced") {
  World w;
  publish(w, rsa(), "RS256");
  w.op.document.erase("id_token_signing_alg_values_supported");
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("an RSA key of 1024 bits is refused") {
  World w;
  const Json small = new_rsa_key("small", 1024);
  w.op.keys = Json::array({public_half(small)});
  w.op.instead_of_signing = [&](const Json& claims) {
    return sign_rs256(Json::object({{"alg", "RS256"}, {"kid", "small"}}), claims, small);
  };
  CHECK(refusal(w) == no_key);
}

TEST_CASE("a key for encryption signs nothing") {
  World w;
  w.op.keys.elements()[0].set("use", "enc");
  CHECK(refusal(w) == no_fit);
}

TEST_CASE("a key for wrapping keys signs nothing") {
  World w;
  w.op.keys.elements()[0].set("key_ops", Json::array({"wrapKey"}));
  CHECK(refusal(w) == no_fit);
}

TEST_CASE("a key for another algorithm is refused") {
  World w;
  publish(w, rsa(), "RS256", Json::object({{"alg", "RS512"}}));
  CHECK(refusal(w) == no_fit);
}

TEST_CASE("of two keys of the same kid either may have signed") {
  World w;
  const Json other = new_ec_key("k1");
  w.op.keys = Json::array({public_half(other), public_half(w.op.key)});
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("of two keys of the same kid and different kind the right one is found") {
  World w;
  Json other = rsa();
  other.set("kid", "k1");
  w.op.keys = Json::array({public_half(other), public_half(w.op.key)});
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("without a kid any fitting key may have signed") {
  World w;
  w.op.key.erase("kid");
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("a key set of no use is refused") {
  for (const Json& keys : {Json("all"), Json(), Json::object()}) {
    World w;
    w.op.keys = keys;
    CHECK(refusal(w).starts_with("OAuthCallback: id_token: "));
  }
}

TEST_CASE("broken keys in the set do not matter to the good one") {
  World w;
  w.op.keys.elements().insert(w.op.keys.elements().begin(),
                              {Json("key"), Json::object({{"kty", "EC"}}), Json::object({{"kid", "k1"}})});
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("a provider without keys is refused") {
  World w;
  w.op.document.erase("jwks_uri");
  CHECK(refusal(w) == "OAuthCallback: id_token: the provider publishes no keys");
}

TEST_CASE("a header with crit is refused, keys that a header brings are ignored") {
  World w;
  const Json evil = new_ec_key("k1");
  CHECK(header_with("crit", Json::array({"exp"})) == w.error("OAuthCallback"));
  CHECK(header_with("b64", false) == w.error("OAuthCallback"));
  w.op.key = evil;
  w.op.header = Json::object({{"jwk", public_half(evil)}, {"jku", "https://op.example/evil"}});
  CHECK(refusal(w) == no_fit);
  CHECK(w.client.count("https://op.example/evil") == 0);
}

TEST_CASE("something that is no token at all is refused") {
  for (const char* token : {"a", "a.b", "a.b.c.d", "..", "{}.{}.x", "e30.e30."}) {
    CAPTURE(token);
    World w;
    w.op.instead_of_signing = [&](const Json&) { return token; };
    CHECK(refusal(w).starts_with("OAuthCallback: id_token: JWS: "));
  }
}

TEST_CASE("an id_token of more than 64 KiB is refused") {
  World w;
  w.op.in_claims = [](Json& claims) { claims.set("padding", std::string(65536, 'x')); };
  CHECK(refusal(w) == "OAuthCallback: id_token: JWS: larger than 64 KiB");
}
