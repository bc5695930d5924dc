// Every OAuth provider of the catalogue is started once; those of NextAuth.js v3 must be sent the parameters
// that v3 itself sends. v3_authorization_urls.json is what next-auth 3.29.10 said: see
// tests/parity/authorization_urls.mjs.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "../providers/support.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "scripted.hpp"

using base::Json;
using Parameters = std::map<std::string, std::string>;

namespace {

const std::string csrf_token(64, 'c');

std::string redirect_uri(const std::string& id) { return "https://site.example/api/auth/callback/" + id; }

const Json& v3_urls() {
  static const Json all =
      base::parse_json(*base::read_file("tests/oauth/v3_authorization_urls.json", 1 << 20));
  return all;
}

/// The address before its query.
std::string endpoint(const std::string& url) { return url.substr(0, url.find('?')); }

/// The query's parameters; one that comes twice is a failure.
Parameters parameters(const std::string& url) {
  Parameters out;
  for (const auto& parameter : http::parse_form(http::parse_url(url).value().query, 100)) {
    CAPTURE(parameter.first);
    CHECK(out.insert(parameter).second);
  }
  return out;
}

/// A discovery document as good as any, of the issuer that is asked for.
http::Answer document_of(const providers::Provider& provider) {
  const Json named = providers::oidc(provider, "issuer");
  const std::string issuer = named.is_string() ? named.text() : provider.issuer;
  return {200,
          {},
          base::to_json(Json::object({{"issuer", issuer},
                                      {"authorization_endpoint", "https://op.example/authorize"},
                                      {"token_endpoint", "https://op.example/token"},
                                      {"userinfo_endpoint", "https://op.example/me"},
                                      {"jwks_uri", "https://op.example/jwks"}}))};
}

struct Started {
  providers::Provider provider;
  providers::Protection protection;
  oauth::AuthorizationRequest request;
};

/// A sign-in at this provider, up to where the browser is sent.
Started start(const std::string& id) {
  Started out;
  out.provider = accepted(example_configuration(id));
  scripted::Client client;
  client.answer = [&](const auto&) { return document_of(out.provider); };
  scripted::Clock clock;
  scripted::Random random;
  scripted::NoCache cache;
  oauth::Documents documents(client, cache, clock);
  const oauth::Metadata metadata = oauth::metadata(out.provider, documents);
  out.protection = oauth::protection(out.provider, metadata);
  out.request = oauth::authorization_request(out.provider, metadata, redirect_uri(id), csrf_token, {}, random,
                                             clock.now());
  return out;
}

/// What is another in each request is replaced by the words that stand for it in v3's URLs.
void replace_chance(Parameters& ours, const Started& started) {
  if (started.protection.state) {
    CHECK(crypto::sha256_hex(ours["state"]) == started.request.flow.key_hash);
    ours["state"] = "STATE";
  }
  if (started.protection.pkce) {
    CHECK(ours["code_challenge"] == base::to_base64url(crypto::sha256(started.request.flow.code_verifier)));
    ours["code_challenge"] = "CODE_CHALLENGE";
  }
}

/// Stricter than v3 on purpose: an id_token that is used comes with a nonce, and with PKCE unless the
/// provider says that it cannot.
void take_away_what_is_stricter(Parameters& ours, const Started& started) {
  if (!started.provider.id_token) return;
  CHECK(ours["nonce"] == started.request.flow.nonce);
  CHECK(ours["code_challenge_method"] == "S256");
  for (const char* name : {"nonce", "code_challenge", "code_challenge_method"}) ours.erase(name);
}

}  // namespace

TEST_CASE("every OAuth 2.0 provider of v3 is sent what v3 sends it") {
  REQUIRE(v3_urls().members().size() == 48);
  size_t compared = 0;
  for (const auto& member : v3_urls().members()) {
    const std::string& id = member.first;
    const std::string& v3_url = member.second.text();
    CAPTURE(id);
    if (!accepted(example_configuration(id)).oauth2) continue;
    const Started started = start(id);
    Parameters ours = parameters(started.request.url);
    replace_chance(ours, started);
    take_away_what_is_stricter(ours, started);
    CHECK(endpoint(started.request.url) == endpoint(v3_url));
    CHECK(ours == parameters(v3_url));
    ++compared;
  }
  CHECK(compared == 47);
}

TEST_CASE("Twitter, with OAuth 1.0a, is sent what v3 sends it, but for the token's secret") {
  const auto twitter = accepted(example_configuration("twitter"));
  scripted::Client client;
  client.answer = [](const http::Outgoing& request) -> http::Answer {
    CHECK(request.url == "https://api.twitter.com/oauth/request_token");
    return {200, {}, "oauth_token=TOKEN&oauth_token_secret=SECRET&oauth_callback_confirmed=true"};
  };
  scripted::Clock clock;
  scripted::Random random;
  const auto request = oauth::oauth1_authorization_request({client, random, clock}, twitter,
                                                           redirect_uri("twitter"), csrf_token, {});
  const std::string v3_url = v3_urls().text_of("twitter").value();
  Parameters expected = parameters(v3_url);
  CHECK(expected.erase("oauth_token_secret") == 1);
  CHECK(endpoint(request.url) == endpoint(v3_url));
  CHECK(parameters(request.url) == expected);
}

TEST_CASE("every OAuth 2.0 provider of the catalogue can be started with its example options") {
  size_t count = 0;
  for (const std::string& id : providers::catalogue_ids()) {
    CAPTURE(id);
    const auto provider = accepted(example_configuration(id));
    if (provider.type != providers::Type::oauth || !provider.oauth2) continue;
    const Started started = start(id);
    const std::string& url = started.request.url;
    CHECK(http::parse_url(url)->scheme == "https");
    CHECK(url.find_first_of("{}") == std::string::npos);
    for (const char* stray : {"undefined", "=null", "%7B"}) CHECK(url.find(stray) == std::string::npos);
    Parameters ours = parameters(url);
    CHECK(ours["client_id"] == "app");
    CHECK(ours["redirect_uri"] == redirect_uri(id));
    if (provider.entry.text_of("since")) CHECK(ours["response_type"] != "");
    if (!provider.entry.find("authorizationUrl")) CHECK(endpoint(url) == "https://op.example/authorize");
    replace_chance(ours, started);
    CHECK(ours.count("state") == size_t{started.protection.state});
    CHECK(ours.count("code_challenge") == size_t{started.protection.pkce});
    CHECK(ours.count("nonce") == size_t{started.protection.nonce});
    ++count;
  }
  CHECK(count > 100);
}
