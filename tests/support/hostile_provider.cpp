#include "hostile_provider.hpp"

#include "base/text.hpp"

namespace support {
namespace {

using base::Json;

http::Answer json(int status, const Json& body, http::Pairs headers = {}) {
  return {status, std::move(headers), base::to_json(body)};
}

http::Answer refuse(const char* error, const char* description) {
  return json(400, Json::object({{"error", error}, {"error_description", description}}));
}

std::string header_of(const http::Outgoing& request, const std::string& name) {
  return http::first(request.headers, name).value_or("");
}

Json overlaid(Json entry, const Json& more) {
  for (const auto& [name, value] : more.members()) entry.set(name, value);
  return entry;
}

}  // namespace

HostileProvider::HostileProvider(FakeClient& client, const FakeClock& clock) : clock_(clock) {
  const std::string at = issuer;
  keys = Json::array({public_half(key)});
  document = Json::object({{"issuer", issuer},
                           {"authorization_endpoint", at + "/authorize"},
                           {"token_endpoint", at + "/token"},
                           {"userinfo_endpoint", at + "/userinfo"},
                           {"jwks_uri", at + "/keys"},
                           {"code_challenge_methods_supported", Json::array({"S256"})},
                           {"id_token_signing_alg_values_supported", Json::array({"RS256", "ES256"})}});
  client.on(at + "/.well-known/openid-configuration",
            [this](const http::Outgoing&) { return json(200, document); });
  client.on(at + "/keys", [this](const http::Outgoing&) {
    return json(200, Json::object({{"keys", keys}}));
  });
  client.on(at + "/token", [this](const http::Outgoing& request) { return token_endpoint(request); });
  client.on(at + "/userinfo", [this](const http::Outgoing& request) { return userinfo_endpoint(request); });
}

Json HostileProvider::entry(const Json& more) const {
  return overlaid(Json::object({{"id", "op"},
                                {"name", "Op"},
                                {"type", "oauth"},
                                {"issuer", issuer},
                                {"clientId", client_id},
                                {"clientSecret", client_secret}}),
                  more);
}

Json HostileProvider::plain_entry(const std::string& id, const Json& more) {
  const std::string at = issuer;
  return overlaid(Json::object({{"id", id},
                                {"name", id},
                                {"type", "oauth"},
                                {"authorizationUrl", at + "/authorize?response_type=code"},
                                {"accessTokenUrl", at + "/token"},
                                {"profileUrl", at + "/userinfo"},
                                {"clientId", client_id},
                                {"clientSecret", client_secret}}),
                  more);
}

http::Pairs HostileProvider::approve(const std::string& authorization_url) {
  const auto url = http::parse_url(authorization_url).value();
  const http::Pairs asked = http::parse_form(url.query, 100);
  const auto of = [&](const char* name) { return http::first(asked, name).value_or(""); };
  last_code = "c0de-" + std::to_string(grants_.size() + 1);
  grants_[last_code] = {of("nonce"), of("code_challenge"), of("redirect_uri")};
  http::Pairs parameters{{"code", last_code}};
  if (http::first(asked, "state")) parameters.emplace_back("state", of("state"));
  if (in_answer) in_answer(parameters);
  return parameters;
}

void HostileProvider::rotate(const std::string& kid) {
  key = new_ec_key(kid);
  keys = Json::array({public_half(key)});
}

Json HostileProvider::claims(const std::string& nonce) const {
  Json claims = overlaid(person, Json::object({{"iss", issuer},
                                               {"aud", client_id},
                                               {"iat", clock_.unix_time()},
                                               {"exp", clock_.unix_time() + 300}}));
  if (!nonce.empty()) claims.set("nonce", nonce);
  return claims;
}

std::string HostileProvider::sign(const Json& claims) const {
  return crypto::sign_jws(header, base::to_json(claims), crypto::Key::from_jwk(key), alg);
}

Json HostileProvider::tokens(const Grant& grant) {
  Json said = claims(grant.nonce);
  if (in_claims) in_claims(said);
  last_id_token = instead_of_signing ? instead_of_signing(said) : sign(said);
  Json out = Json::object({{"access_token", access_token},
                           {"token_type", "Bearer"},
                           {"expires_in", 3600},
                           {"refresh_token", refresh_token},
                           {"id_token", last_id_token}});
  if (in_tokens) in_tokens(out);
  return out;
}

bool HostileProvider::is_client_assertion(const http::Pairs& form) {
  if (http::first(form, "client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    return false;
  const crypto::Jws jws = crypto::read_jws(http::first(form, "client_assertion").value_or(""));
  if (!crypto::verify_jws(jws, *client_key, client_alg)) return false;
  const Json claims = base::parse_json(jws.payload);
  const long long now = clock_.unix_time();
  return claims.text_of("iss") == client_id && claims.text_of("sub") == client_id &&
         claims.text_of("aud") == std::string(issuer) + "/token" && claims.find("iat")->integer() <= now &&
         claims.find("exp")->integer() > now && seen_jti_.insert(claims.text_of("jti").value()).second;
}

http::Answer HostileProvider::token_endpoint(const http::Outgoing& request) {
  const http::Pairs form = http::parse_form(request.body, 100);
  const auto of = [&](const char* name) { return http::first(form, name).value_or(""); };
  const bool by_form = of("client_id") == client_id && of("client_secret") == client_secret;
  const std::string basic = "Basic " + base::to_base64(std::string(client_id) + ":" + client_secret);
  const bool by_secret = by_form || header_of(request, "Authorization") == basic;
  if (client_key ? !is_client_assertion(form) : !by_secret) return refuse("invalid_client", "who are you");
  const auto found = grants_.find(of("code"));
  if (found == grants_.end()) return refuse("invalid_grant", "no such code");
  const Grant grant = found->second;
  grants_.erase(found);
  last_code_verifier = of("code_verifier");
  if (grant.redirect_uri != of("redirect_uri")) return refuse("invalid_grant", "another redirect_uri");
  if (!grant.challenge.empty() && grant.challenge != base::to_base64url(crypto::sha256(of("code_verifier"))))
    return refuse("invalid_grant", "code_verifier does not fit");
  return json(200, tokens(grant));
}

http::Answer HostileProvider::userinfo_endpoint(const http::Outgoing& request) {
  if (header_of(request, "Authorization") != "Bearer " + access_token)
    return refuse("invalid_token", "who are you");
  Json profile = person;
  if (in_userinfo) in_userinfo(profile);
  return json(200, profile);
}

}  // namespace support
