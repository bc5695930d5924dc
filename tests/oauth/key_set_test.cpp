// Key sets that change, are large, or hold what does not belong there: OpenID Connect Core §10.1, RFC 7517.
#include "../support/world.hpp"
#include "base/text.hpp"

using namespace support;

namespace {

const std::string no_key = "OAuthCallback: id_token: no key of the provider's fits the signature";
const std::string no_fit = "OAuthCallback: id_token: the signature does not fit";
const std::string keys_url = "https://op.example/keys";
const std::string home = "https://example.com";

const Json& rsa() {  // making one takes its time
  static const Json key = new_rsa_key("rsa");
  return key;
}

void publish(World& w, const Json& key, const std::string& alg, const Json& more = Json::object()) {
  w.op.key = key;
  w.op.alg = alg;
  Json published = public_half(key);
  for (const auto& [name, value] : more.members()) published.set(name, value);
  w.op.keys = Json::array({published});
}

/// Signs in again, as somebody who comes back.
std::string again(World& w) {
  w.browser.sign_out();
  return w.sign_in().location;
}

std::string with_header(const char* name, const Json& value) {
  World w;
  w.op.header = Json::object({{name, value}});
  return w.sign_in().location;
}

}  // namespace

TEST_CASE("a provider that has changed its key is understood at the next sign-in") {
  World w;
  CHECK(w.sign_in().location == home);
  w.op.rotate("k2");
  CHECK(again(w) == home);
  CHECK(w.client.count(keys_url) == 2);
  CHECK(again(w) == home);
  CHECK(w.client.count(keys_url) == 2);
}

TEST_CASE("a provider that has changed a key without a name is understood too") {
  World w;
  w.op.key.erase("kid");
  w.op.keys.elements()[0].erase("kid");
  CHECK(w.sign_in().location == home);
  w.op.rotate("");
  CHECK(again(w) == home);
  CHECK(w.client.count(keys_url) == 2);
}

TEST_CASE("old and new key both count while both are published") {
  World w;
  CHECK(w.sign_in().location == home);
  const Json old = w.op.key;
  w.op.rotate("k2");
  const Json fresh = w.op.key;
  w.op.keys.elements().push_back(public_half(old));
  CHECK(again(w) == home);
  w.op.key = old;
  CHECK(again(w) == home);
  w.op.key = fresh;
  CHECK(again(w) == home);
}

TEST_CASE("a key that was taken back is refused once the set is fetched again") {
  World w;
  CHECK(w.sign_in().location == home);
  const Json old = w.op.key;
  w.op.rotate("k2");
  CHECK(again(w) == home);
  w.op.key = old;
  w.clock.advance(oauth::Documents::refetch_interval);
  CHECK(again(w) == w.error("OAuthCallback"));
}

TEST_CASE("tokens of unknown keys have the set fetched once a minute, whoever sends them") {
  World w;
  CHECK(w.sign_in().location == home);
  w.op.key = new_ec_key("forged");
  for (int i = 0; i < 5; ++i) CHECK(again(w) == w.error("OAuthCallback"));
  CHECK(w.client.count(keys_url) == 2);
  w.clock.advance(oauth::Documents::refetch_interval);
  CHECK(again(w) == w.error("OAuthCallback"));
  CHECK(w.client.count(keys_url) == 3);
}

TEST_CASE("without a kid each of several keys is tried") {
  World w;
  w.op.key.erase("kid");
  Json mine = public_half(w.op.key);
  mine.set("kid", "mine");
  w.op.keys = Json::array({public_half(rsa()), public_half(new_ec_key("other")), mine});
  CHECK(w.sign_in().location == home);
}

TEST_CASE("a kid that is no text names no key") {
  for (const Json& kid : {Json(7), Json(), Json(true), Json::array({"k1"})}) {
    World w;
    w.op.instead_of_signing = [&](const Json& claims) {
      return sign_rs256(Json::object({{"alg", "RS256"}, {"kid", kid}}), claims, rsa());
    };
    w.op.keys = Json::array({public_half(rsa())});
    CHECK(refusal(w) == "OAuthCallback: id_token: kid is no text");
  }
}

TEST_CASE("a key that is private in the published set proves nothing") {
  World w;
  w.op.keys = Json::array({w.op.key});
  CHECK(refusal(w) == no_key);
}

TEST_CASE("a named key is found among any number of others") {
  World w;
  const Json mine = w.op.keys.elements()[0];
  w.op.keys = Json(Json::Array(999, public_half(new_ec_key("other"))));
  w.op.keys.elements().push_back(mine);
  CHECK(w.sign_in().location == home);
}

TEST_CASE("of the keys that may be meant a hundred are tried, and no more") {
  for (const char* kid : {"", "k1"}) {
    const Json other = public_half(new_ec_key(kid));
    for (const size_t others : {size_t{99}, size_t{100}}) {
      World w;
      w.op.key = new_ec_key("k1");
      w.op.keys = Json(Json::Array(others, other));
      w.op.keys.elements().push_back(public_half(w.op.key));
      CAPTURE(kid);
      if (others == 99)
        CHECK(w.sign_in().location == home);
      else
        CHECK(refusal(w) == (*kid ? no_fit : no_key));
    }
  }
}

TEST_CASE("a key of another kind than the token's algorithm is refused") {
  World w;
  w.op.keys = Json::array({public_half(rsa())});
  w.op.keys.elements()[0].set("kid", "k1");
  CHECK(refusal(w) == no_fit);
  World published;
  publish(published, rsa(), "RS256", Json::object({{"kid", "rsa"}, {"alg", "ES256"}}));
  CHECK(refusal(published) == no_fit);
}

TEST_CASE("RS256 by the right key signs in, changed by a bit it does not") {
  for (const bool changed : {false, true}) {
    World w;
    publish(w, rsa(), "RS256");
    w.op.instead_of_signing = [&](const Json& claims) {
      std::string token = w.op.sign(claims);
      char& one = token[token.rfind('.') + 10];
      if (changed) one = one == 'A' ? 'B' : 'A';
      return token;
    };
    CHECK(w.sign_in().location == (changed ? w.error("OAuthCallback") : home));
  }
}

TEST_CASE("HS256 by another secret is refused where HS256 is what the owner chose") {
  World w({.op = base::parse_json(R"({"oidc": {"issuer": "https://op.example", "algs": ["HS256"]}})")});
  w.op.instead_of_signing = [&](const Json& claims) {
    return crypto::sign_jws(Json::object(), base::to_json(claims), crypto::Key::from_bytes("guessed"),
                            "HS256");
  };
  CHECK(refusal(w) == no_fit);
}

TEST_CASE("a broken key under the right kid is refused, whatever is broken of it") {
  for (const auto& [member, value] :
       {std::pair{"x", Json("AAAA")}, std::pair{"y", Json(7)}, std::pair{"crv", Json("secp256k1")},
        std::pair{"crv", Json("P-384")}, std::pair{"kty", Json("ec")}, std::pair{"kty", Json("OKP")}}) {
    World w;
    w.op.keys.elements()[0].set(member, value);
    CHECK(refusal(w) == no_key);
  }
  World off_curve;
  off_curve.op.keys.elements()[0].set("y", off_curve.op.keys.elements()[0].text_of("x").value());
  CHECK(refusal(off_curve) == no_key);
}

TEST_CASE("certificates that a key brings along are neither fetched nor believed") {
  World w;
  Json& published = w.op.keys.elements()[0];
  published.set("x5u", "https://op.example/evil");
  published.set("x5c", Json::array({"AAAA"}));
  published.set("jku", "https://op.example/evil");
  CHECK(w.sign_in().location == home);
  CHECK(w.client.count("https://op.example/evil") == 0);
}

TEST_CASE("what a token's header points to is not fetched") {
  World w;
  w.op.key = new_ec_key("k1");
  w.op.header = Json::object({{"x5u", "https://op.example/evil"}, {"x5c", Json::array({"AAAA"})}});
  CHECK(refusal(w) == no_fit);
  CHECK(w.client.count("https://op.example/evil") == 0);
}

TEST_CASE("a token that says it is of another kind is no id_token") {
  const World w;
  for (const char* type : {"at+jwt", "AT+JWT", "application/at+jwt", "logout+jwt", "secevent+jwt"})
    CHECK_MESSAGE(with_header("typ", type) == w.error("OAuthCallback"), type);
  for (const char* type : {"JWT", "jwt", "application/jwt", ""}) CHECK(with_header("typ", type) == home);
}

TEST_CASE("an encrypted id_token is refused: nobody has agreed on a key") {
  World w;
  w.op.instead_of_signing = [](const Json&) {
    return "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA";
  };
  CHECK(refusal(w) == "OAuthCallback: id_token: JWS: not of three parts");
}

TEST_CASE("a key set that cannot be had, or leads elsewhere, ends the sign-in") {
  for (const int status : {204, 301, 302, 307, 404, 500, 599}) {
    World w;
    w.client.on(keys_url, [=](const http::Outgoing& request) {
      CHECK(request.follow);  // as far as the client goes: on the same origin
      return http::Answer{status, {{"Location", "https://evil.example/keys"}}, R"({"keys":[]})"};
    });
    CHECK(refusal(w) == "OAuthCallback: " + keys_url + ": status " + std::to_string(status));
    CHECK(w.client.count("https://evil.example/keys") == 0);
  }
}

TEST_CASE("a key set with members twice, or nested deeply, is refused") {
  for (const std::string& body :
       {std::string(R"({"keys":[],"keys":[]})"), std::string(R"({"keys":[{"kty":"EC","kty":"RSA"}]})"),
        R"({"keys":)" + std::string(5000, '[') + std::string(5000, ']') + "}", std::string("{\"keys\":[")}) {
    World w;
    w.client.on(keys_url, 200, body);
    CHECK(refusal(w) == "OAuthCallback: " + keys_url + ": no JSON object");
  }
}
