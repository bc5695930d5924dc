// Every lie an id_token can tell, but for those about keys (keys_test.cpp): OpenID Connect Core §3.1.3.7.
#include "../support/world.hpp"
#include "base/text.hpp"

using namespace support;

namespace {

/// Signs in at a provider whose claims are bent like this: "CODE: reason".
std::string refused(const std::function<void(Json&)>& bend) {
  World w;
  w.op.in_claims = bend;
  return refusal(w);
}

std::string without(const char* claim) {
  return refused([&](Json& claims) { claims.erase(claim); });
}

std::string with(const char* claim, const Json& value) {
  return refused([&](Json& claims) { claims.set(claim, value); });
}

/// Signs in with these claims bent; does it succeed?
bool accepted(const std::function<void(Json&, long long now)>& bend) {
  World w;
  w.op.in_claims = [&](Json& claims) { bend(claims, w.clock.unix_time()); };
  return w.sign_in().location == "https://example.com" && w.session().find("user");
}

bool accepted_with(const char* claim, long long seconds_from_now) {
  return accepted([&](Json& claims, long long now) { claims.set(claim, now + seconds_from_now); });
}

}  // namespace

TEST_CASE("an honest id_token signs in") {
  CHECK(accepted([](Json&, long long) {}));
}

TEST_CASE("iss must be the provider's, exactly") {
  CHECK(with("iss", "https://evil.example") == "OAuthCallback: id_token: iss is https://evil.example");
  CHECK(with("iss", "https://op.example/") == "OAuthCallback: id_token: iss is https://op.example/");
  CHECK(with("iss", "https://OP.example") == "OAuthCallback: id_token: iss is https://OP.example");
  CHECK(with("iss", Json::array({"https://op.example"})) ==
        "OAuthCallback: id_token: iss is missing or no text");
  CHECK(without("iss") == "OAuthCallback: id_token: iss is missing or no text");
}

TEST_CASE("aud must name this client") {
  CHECK(with("aud", "another") == "OAuthCallback: id_token: aud is another client, or missing");
  CHECK(with("aud", "app2") == "OAuthCallback: id_token: aud is another client, or missing");
  CHECK(with("aud", "APP") == "OAuthCallback: id_token: aud is another client, or missing");
  CHECK(with("aud", 7) == "OAuthCallback: id_token: aud is another client, or missing");
  CHECK(with("aud", Json::array()) == "OAuthCallback: id_token: aud does not name this client");
  CHECK(with("aud", Json::array({"another"})) == "OAuthCallback: id_token: aud does not name this client");
  CHECK(without("aud") == "OAuthCallback: id_token: aud is another client, or missing");
}

TEST_CASE("one aud in a list is as good as a text") {
  CHECK(accepted([](Json& claims, long long) { claims.set("aud", Json::array({"app"})); }));
}

TEST_CASE("of several aud, azp must say that the token was issued to us") {
  const Json both = Json::array({"app", "another"});
  CHECK(with("aud", both) == "OAuthCallback: id_token: several aud, and no azp");
  CHECK(refused([&](Json& claims) {
          claims.set("aud", both);
          claims.set("azp", "another");
        }) == "OAuthCallback: id_token: azp is another client");
  CHECK(accepted([&](Json& claims, long long) {
    claims.set("aud", both);
    claims.set("azp", "app");
  }));
}

TEST_CASE("a wrong azp is refused even where aud is ours alone") {
  CHECK(with("azp", "another") == "OAuthCallback: id_token: azp is another client");
  CHECK(with("azp", "app2") == "OAuthCallback: id_token: azp is another client");
  CHECK(with("azp", nullptr) == "OAuthCallback: id_token: azp is another client");
}

TEST_CASE("exp has passed once the leeway for clocks that differ is over") {
  CHECK(accepted_with("exp", 1 - oauth::exp_leeway.count()));
  CHECK_FALSE(accepted_with("exp", -oauth::exp_leeway.count()));
  CHECK(with("exp", 1) == "OAuthCallback: id_token: expired");
}

TEST_CASE("exp must be a number") {
  CHECK(without("exp") == "OAuthCallback: id_token: exp is missing or no number");
  CHECK(with("exp", "4102444800") == "OAuthCallback: id_token: exp is missing or no number");
  CHECK(with("exp", nullptr) == "OAuthCallback: id_token: exp is missing or no number");
  CHECK(with("exp", true) == "OAuthCallback: id_token: exp is missing or no number");
}

TEST_CASE("iat may lie in the future by the leeway, no more") {
  CHECK(accepted_with("iat", oauth::iat_leeway.count()));
  CHECK_FALSE(accepted_with("iat", oauth::iat_leeway.count() + 1));
  CHECK(with("iat", 4102444800) == "OAuthCallback: id_token: iat lies in the future");
}

TEST_CASE("iat must be a number") {
  CHECK(without("iat") == "OAuthCallback: id_token: iat is missing or no number");
  CHECK(with("iat", "now") == "OAuthCallback: id_token: iat is missing or no number");
}

TEST_CASE("nbf counts where it is given") {
  CHECK(accepted_with("nbf", oauth::iat_leeway.count()));
  CHECK_FALSE(accepted_with("nbf", oauth::iat_leeway.count() + 1));
  CHECK(with("nbf", "soon") == "OAuthCallback: id_token: nbf is missing or no number");
}

TEST_CASE("nonce must be the one of this flow") {
  CHECK(without("nonce") == "OAuthCallback: id_token: nonce is missing or no text");
  CHECK(with("nonce", "") == "OAuthCallback: id_token: nonce is missing or no text");
  CHECK(with("nonce", 7) == "OAuthCallback: id_token: nonce is missing or no text");
  CHECK(with("nonce", "another") == "OAuthCallback: id_token: nonce is another one");
}

TEST_CASE(
    "a provider of which the catalogue knows that it answers no nonce may do so, but not with another") {
  const auto end = [](const char* catalogue_id, const Json& more, const std::function<void(Json&)>& bend) {
    Json entry = more;
    entry.set("id", catalogue_id);
    World w({.op = entry});
    w.op.in_claims = bend;
    const Reply reply = w.sign_in(catalogue_id);
    return reply.location == "https://example.com" ? "signed in" : refusal_of(w, reply);
  };
  const auto drop = [](Json& claims) { claims.erase("nonce"); };
  const Json ours = Json::object({{"oidc", nullptr}});
  CHECK(end("linkedin-oidc", ours, drop) == "signed in");
  CHECK(end("linkedin-oidc", ours, [](Json& claims) { claims.set("nonce", "other"); }) ==
        "OAuthCallback: id_token: nonce is another one");
  const std::string missing = "OAuthCallback: id_token: nonce is missing or no text";
  CHECK(end("linkedin-oidc", ours, [](Json& claims) { claims.set("nonce", nullptr); }) == missing);
  CHECK(end("keycloak", ours, drop) == missing);
  // Without state the nonce is all that binds the answer to the request.
  CHECK(end("apple", base::parse_json(R"({"issuer": null, "oidc": {"issuer": "https://op.example"},
                                          "authorizationUrl": "https://op.example/authorize",
                                          "accessTokenUrl": "https://op.example/token"})"),
            drop) == missing);
}

TEST_CASE("an id_token of an earlier flow is refused: it has another nonce") {
  World w;
  w.sign_in();
  const std::string earlier = w.op.last_id_token;
  w.browser.sign_out();
  w.op.instead_of_signing = [&](const Json&) { return earlier; };
  CHECK(w.sign_in().location == w.error("OAuthCallback"));
  CHECK(w.logged("nonce is another one"));
}

TEST_CASE("sub must be a text that is not empty") {
  CHECK(without("sub") == "OAuthCallback: id_token: sub is missing or no text");
  CHECK(with("sub", "") == "OAuthCallback: id_token: sub is missing or no text");
  CHECK(with("sub", 42) == "OAuthCallback: id_token: sub is missing or no text");
  CHECK(with("sub", Json::object()) == "OAuthCallback: id_token: sub is missing or no text");
}

TEST_CASE("at_hash must fit the access token where it is given") {
  CHECK(with("at_hash", "AAAA") == "OAuthCallback: id_token: at_hash does not fit the access token");
  CHECK(with("at_hash", 7) == "OAuthCallback: id_token: at_hash does not fit the access token");
  CHECK(accepted([](Json& claims, long long) {
    const std::string digest = crypto::sha256("access-t0ken");
    claims.set("at_hash", base::to_base64url(digest.substr(0, 16)));
  }));
}

TEST_CASE("c_hash must fit the code where it is given") {
  CHECK(with("c_hash", "AAAA") == "OAuthCallback: id_token: c_hash does not fit the code");
  CHECK(with("c_hash", nullptr) == "OAuthCallback: id_token: c_hash does not fit the code");
  World w;
  w.op.in_claims = [&](Json& claims) {
    claims.set("c_hash", base::to_base64url(crypto::sha256(w.op.last_code).substr(0, 16)));
  };
  CHECK(w.sign_in().location == "https://example.com");
}

TEST_CASE("claims that are no JSON object, or have a member twice, are refused") {
  for (const char* payload : {"[]", "\"ann\"", "null", "{", R"({"sub":"ann","sub":"ben"})"}) {
    CAPTURE(payload);
    World w;
    w.op.instead_of_signing = [&](const Json&) {
      return crypto::sign_jws(Json::object(), payload, crypto::Key::from_jwk(w.op.key), "ES256");
    };
    CHECK(refusal(w) == "OAuthCallback: id_token: the claims are no JSON object");
  }
}

TEST_CASE("a promised id_token that is missing is refused") {
  World w;
  w.op.in_tokens = [](Json& tokens) { tokens.erase("id_token"); };
  CHECK(refusal(w) == "OAuthCallback: token response: no id_token");
}

// Where the profile comes from userinfo, each of scope and nonce is reason enough to wait for one.
TEST_CASE("an id_token is promised by the scope openid, and by a nonce") {
  const auto without_one = [](const Json& entry) {
    World w({.more = {entry}});
    w.op.in_tokens = [](Json& tokens) { tokens.erase("id_token"); };
    return refusal(w, entry.text_of("id").value());
  };
  const std::string missing = "OAuthCallback: token response: no id_token";
  Json discovered = HostileProvider::plain_entry(
      "acme", base::parse_json(R"({"issuer": "https://op.example", "idToken": false, "scope": "email openid",
                                   "protection": ["state"]})"));
  CHECK(without_one(discovered) == missing);
  CHECK(without_one(HostileProvider::plain_entry(
            "acme", base::parse_json(R"({"oidc": {"issuer": "https://op.example"},
                                         "protection": ["state", "nonce"]})"))) == missing);
  discovered.set("scope", "email");
  World w({.more = {discovered}});
  w.op.in_tokens = [](Json& tokens) { tokens.erase("id_token"); };
  CHECK(w.sign_in("acme").location == "https://example.com");
}

TEST_CASE("an id_token that nobody promised is verified all the same at a provider used by discovery") {
  World w(
      {.more = {HostileProvider::plain_entry(
           "acme", base::parse_json(R"({"issuer": "https://op.example", "idToken": false, "scope": "email",
                                            "protection": ["state"]})"))}});
  w.op.in_claims = [](Json& claims) { claims.set("aud", "another"); };
  CHECK(refusal(w, "acme") == "OAuthCallback: id_token: aud is another client, or missing");
}

TEST_CASE("an id_token that is no text counts as missing") {
  World w;
  w.op.in_tokens = [](Json& tokens) { tokens.set("id_token", Json::object()); };
  CHECK(refusal(w) == "OAuthCallback: token response: no id_token");
}

TEST_CASE("the id_token is verified even where the profile comes from userinfo") {
  World w({.op = Json::object({{"idToken", false}})});
  w.op.in_claims = [](Json& claims) { claims.set("aud", "another"); };
  CHECK(refusal(w) == "OAuthCallback: id_token: aud is another client, or missing");
}
