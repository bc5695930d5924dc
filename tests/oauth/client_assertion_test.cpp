// private_key_jwt and client_secret_jwt (OpenID Connect Core §9, RFC 7523): what says who this site is.
#include "../support/world.hpp"

using namespace support;

namespace {

const std::string token_url = "https://op.example/token";
const std::string long_secret = "client-s3cret-of-32-bytes-or-more";

Json with_key(const Json& jwk, const char* alg = nullptr) {
  Json facts = Json::object({{"kid", "mine"}, {"key", private_pem(jwk)}});
  if (alg) facts.set("alg", alg);
  return Json::object({{"clientKey", facts}});
}

/// The provider knows this key of ours, and takes nothing else.
void expect(World& w, const Json& jwk, const std::string& alg) {
  w.op.client_key = crypto::Key::from_jwk(public_half(jwk));
  w.op.client_alg = alg;
}

const http::Outgoing& token_request(const World& w) {
  for (const http::Outgoing& request : w.client.requests)
    if (request.url == token_url) return request;
  throw std::runtime_error("there was no token request");
}

std::string field(const http::Outgoing& request, const char* name) {
  return http::first(http::parse_form(request.body, 100), name).value_or("absent");
}

Json claims(const World& w) {
  return base::parse_json(crypto::read_jws(field(token_request(w), "client_assertion")).payload);
}

/// What the last token request's assertion was signed with, by its header.
std::string header(const World& w) {
  return base::to_json(crypto::read_jws(field(token_request(w), "client_assertion")).header);
}

}  // namespace

TEST_CASE("with a key, an assertion signed with it stands for the secret") {
  const Json rsa = new_rsa_key(""), ec = new_ec_key("");
  const std::vector<std::tuple<Json, const char*, std::string>> kinds = {{rsa, nullptr, "RS256"},
                                                                         {rsa, "RS256", "RS256"},
                                                                         {rsa, "PS256", "PS256"},
                                                                         {ec, nullptr, "ES256"},
                                                                         {ec, "ES256", "ES256"}};
  for (const auto& [jwk, asked, used] : kinds) {
    const std::string alg = used;
    CAPTURE(alg);
    World w({.op = with_key(jwk, asked)});
    expect(w, jwk, alg);
    CHECK(w.sign_in().location == "https://example.com");
    CHECK(header(w) == R"({"typ":"JWT","alg":")" + alg + R"(","kid":"mine"})");
    CHECK(field(token_request(w), "client_id") == "app");
    CHECK(field(token_request(w), "client_secret") == "absent");
    CHECK_FALSE(http::first(token_request(w).headers, "Authorization"));
  }
}

TEST_CASE("an assertion is this client's, for the token endpoint, for a minute") {
  const Json key = new_ec_key("");
  World w({.op = with_key(key)});
  expect(w, key, "ES256");
  w.sign_in();
  const Json said = claims(w);
  CHECK(said.text_of("iss") == "app");
  CHECK(said.text_of("sub") == "app");
  CHECK(said.text_of("aud") == token_url);
  CHECK(said.find("iat")->integer() == w.clock.unix_time());
  CHECK(said.find("exp")->integer() == w.clock.unix_time() + 60);
  CHECK(said.text_of("jti").value().size() == 32);
}

TEST_CASE("no two assertions have the same jti") {
  const Json key = new_ec_key("");
  World w({.op = with_key(key)});
  expect(w, key, "ES256");
  w.sign_in();
  const auto first = claims(w).text_of("jti");
  w.client.requests.clear();
  CHECK(w.sign_in().location == "https://example.com");
  CHECK(claims(w).text_of("jti") != first);
}

TEST_CASE("the audience can be the issuer, for those who insist on it") {
  Json op = with_key(new_ec_key(""));
  op.set("assertionAudience", "{issuer}");
  World w({.op = op});
  w.sign_in();
  CHECK(claims(w).text_of("aud") == "https://op.example");
}

TEST_CASE("client_secret_jwt signs with the secret, which is not sent") {
  World w({.op = Json::object({{"clientAuth", "client_secret_jwt"}, {"clientSecret", long_secret}})});
  w.op.client_key = crypto::Key::from_bytes(long_secret);
  w.op.client_alg = "HS256";
  CHECK(w.sign_in().location == "https://example.com");
  CHECK(header(w) == R"({"typ":"JWT","alg":"HS256"})");
  CHECK(field(token_request(w), "client_secret") == "absent");
  CHECK(token_request(w).body.find(long_secret) == std::string::npos);
  CHECK_FALSE(http::first(token_request(w).headers, "Authorization"));
}

TEST_CASE("a provider that knows another key refuses") {
  const Json ours = new_rsa_key(""), theirs = new_rsa_key("");
  World w({.op = with_key(ours)});
  expect(w, theirs, "RS256");
  CHECK(refusal(w) == "Callback: token request: status 400, error invalid_client: who are you");
}

TEST_CASE("an assertion that the provider repeats does not reach the log") {
  World w({.op = Json::object({{"clientAuth", "client_secret_jwt"}, {"clientSecret", long_secret}})});
  w.client.on(token_url, [](const http::Outgoing& request) {
    return http::Answer{
        400, {}, base::to_json(Json::object({{"error", "oops"}, {"error_description", request.body}}))};
  });
  w.sign_in();
  CHECK(w.logged("oops"));
  CHECK_FALSE(w.logged(field(token_request(w), "client_assertion")));
}

TEST_CASE("a discovery document that wants assertions is honoured where it can be") {
  const auto discovered = [](const Json& methods, const Json& op) {
    World w({.op = op});
    w.op.document.set("token_endpoint_auth_methods_supported", methods);
    const Reply started = w.start();
    if (started.location == w.error("OAuthSignin")) return w.log.back();
    w.sign_in();
    return field(token_request(w), "client_assertion") == "absent" ? std::string("secret") : header(w);
  };
  const Json long_one = Json::object({{"clientSecret", std::string(32, 's')}});
  const Json short_one = Json::object({{"clientSecret", std::string(31, 's')}});
  const Json by_secret = Json::array({"client_secret_jwt"});
  const Json both = Json::array({"private_key_jwt", "client_secret_jwt"});
  CHECK(discovered(by_secret, long_one) == R"({"typ":"JWT","alg":"HS256"})");
  CHECK(discovered(both, long_one) == R"({"typ":"JWT","alg":"HS256"})");
  CHECK(discovered(both, with_key(new_ec_key(""))) == R"({"typ":"JWT","alg":"ES256","kid":"mine"})");
  CHECK(discovered(Json::array({"private_key_jwt", "client_secret_basic"}), long_one) == "secret");
  CHECK(discovered(Json::array({"private_key_jwt", "client_secret_post"}), long_one) == "secret");
  const auto refused = [&](const Json& methods, const Json& op, const char* why) {
    const std::string said = discovered(methods, op);
    CHECK_MESSAGE(said.find(why) != std::string::npos, said);
  };
  refused(Json::array({"private_key_jwt"}), long_one,
          "takes private_key_jwt only, and the provider has no clientKey");
  refused(by_secret, short_one, "takes client_secret_jwt only, and clientSecret has fewer than 32 bytes");
}
