#include <doctest/doctest.h>

#include "providers/providers.hpp"
#include "support.hpp"

using base::Json;
using providers::Values;
using Texts = std::vector<std::pair<std::string, std::optional<std::string>>>;

namespace {

Values values() {
  Values all;
  all.code = "a/b c";
  all.access_token = "t&1";
  all.tokens = base::parse_json(R"({"user_id": 12, "path": "../x?y", "deep": {"id": "d"}})");
  all.claims = base::parse_json(R"({"org": "o/../p"})");
  return all;
}

}  // namespace

TEST_CASE("in a URL, what comes from outside is percent-encoded and the site's own values are not") {
  const auto provider = accepted(own(R"({
    "options": { "domain": {} }, "domain": "host.example/path",
    "accessTokenUrl": "https://{domain}/token?c={code}",
    "profileUrl": "https://{domain}/{tokens.path}/{tokens.deep.id}/{tokens.user_id}?access_token={accessToken}" })"));
  CHECK(providers::url(provider, "accessTokenUrl", values()) ==
        "https://host.example/path/token?c=a%2Fb%20c");
  CHECK(providers::url(provider, "profileUrl", values()) ==
        "https://host.example/path/..%2Fx%3Fy/d/12?access_token=t%261");
  CHECK(providers::expand_url(provider, "https://x.example/{claims.org}", values()) ==
        "https://x.example/o%2F..%2Fp");
  CHECK(providers::expand_url(provider, "https://x.example/{clientId}") == "https://x.example/app");
}

TEST_CASE("a URL that the entry does not have is none") {
  CHECK_FALSE(providers::url(accepted(own()), "requestTokenUrl"));
}

TEST_CASE("in a URL, a missing value is an error that names the key") {
  const auto provider = accepted(own(R"({"profileUrl": "https://acme.example/{tokens.id}"})"));
  CHECK_THROWS_WITH_AS(providers::url(provider, "profileUrl", values()),
                       "profileUrl: {tokens.id} has no value", providers::Error);
  CHECK_THROWS_AS(providers::expand_url(provider, "{tokens.deep}", values()), providers::Error);
}

TEST_CASE("in headers and parameters nothing is encoded") {
  const auto provider = accepted(own(R"({
    "params": { "assertion": "{code}", "secret": "{clientSecret}", "code": null },
    "tokenHeaders": { "Authorization": "Bearer {code}" } })"));
  CHECK(providers::texts(provider, "params", values()) ==
        Texts{{"assertion", "a/b c"}, {"secret", "s3cret"}, {"code", std::nullopt}});
  CHECK(providers::texts(provider, "tokenHeaders", values()) == Texts{{"Authorization", "Bearer a/b c"}});
  CHECK(providers::texts(provider, "profileHeaders").empty());
}

TEST_CASE("a member whose value is missing is left out") {
  const auto provider = accepted(own(R"({
    "options": { "tenant": {} },
    "authorizationParams": { "tenant": "{tenant}", "prompt": "consent" },
    "profileHeaders": { "X-User": "{tokens.nobody}", "X-Id": "{tokens.user_id}" } })"));
  CHECK(providers::texts(provider, "authorizationParams") == Texts{{"prompt", "consent"}});
  CHECK(providers::texts(provider, "profileHeaders", values()) == Texts{{"X-Id", "12"}});
}

TEST_CASE("a control character from outside is refused in a header") {
  const auto provider = accepted(own(R"({"tokenHeaders": {"Authorization": "Bearer {code}"}})"));
  Values evil;
  evil.code = "x\r\nHost: evil.example";
  CHECK_THROWS_WITH_AS(providers::texts(provider, "tokenHeaders", evil),
                       "tokenHeaders.Authorization: a control character", providers::Error);
}

TEST_CASE("a JSON Pointer may follow a placeholder's slash") {
  const auto provider = accepted(own(R"({"profileUrl": "https://acme.example/{/tokens/deep/id}"})"));
  CHECK(providers::url(provider, "profileUrl", values()) == "https://acme.example/d");
}

TEST_CASE("an object as client secret fills clientSecretJwt, with line ends in its key") {
  const auto provider = accepted(R"({ "id": "apple", "clientId": "com.example.web",
    "clientSecret": { "teamId": "TEAM", "keyId": "KEY", "privateKey": "-----BEGIN-----\\nabc\\n-----END-----" } })");
  CHECK(provider.client_secret_is_object);
  const Json facts = providers::client_secret_jwt(provider);
  CHECK(facts.text_of("kid") == "KEY");
  CHECK(facts.text_of("iss") == "TEAM");
  CHECK(facts.text_of("sub") == "com.example.web");
  CHECK(facts.text_of("key") == "-----BEGIN-----\nabc\n-----END-----");
  CHECK(facts.find("lifetime")->integer() == 15552000);
}

TEST_CASE("a client secret that is text is used as it is") {
  CHECK(providers::client_secret_jwt(accepted(R"({"id":"apple","clientId":"a","clientSecret":"x.y.z"})"))
            .is_null());
}

TEST_CASE("a client secret without the member that is asked for is complained about") {
  CHECK(complaints(R"({"id":"apple","clientId":"a","clientSecret":{"teamId":"T","privateKey":"P"}})") ==
        std::vector<std::string>{"/clientSecretJwt/kid: {clientSecret.keyId} has no value"});
}

TEST_CASE("the facts of oidc are texts, lists or expressions") {
  const auto google = accepted(R"({"id":"google","clientId":"a"})");
  CHECK(providers::oidc(google, "issuer") == Json("https://accounts.google.com"));
  CHECK(providers::oidc(google, "iss") ==
        Json::array({"https://accounts.google.com", "accounts.google.com"}));
  CHECK(providers::oidc(google, "algs").is_null());
  const auto okta = accepted(R"({"id":"okta","clientId":"a","domain":"dev.okta.com/oauth2"})");
  CHECK(providers::oidc(okta, "issuer") == Json("https://dev.okta.com"));
  CHECK(providers::oidc(accepted(own()), "issuer").is_null());
}

TEST_CASE("Entra ID's issuer is that of the person's tenant, when any tenant may sign in") {
  Values claims;
  claims.claims = base::parse_json(R"({"tid": "t-1"})");
  const auto any = accepted(R"({"id":"azure-ad","clientId":"a"})");
  CHECK(providers::oidc(any, "iss", claims) == Json("https://login.microsoftonline.com/t-1/v2.0"));
  CHECK(providers::oidc(any, "iss").is_null());
  const auto one = accepted(R"({"id":"azure-ad","clientId":"a","tenantId":"contoso"})");
  CHECK(providers::oidc(one, "iss", claims).is_null());
}

TEST_CASE("oidc is as if absent when its issuer has no value") {
  const auto provider = accepted(R"({"id":"cognito","clientId":"a","domain":"a.example"})");
  CHECK(providers::oidc(provider, "issuer").is_null());
}

// Half of the facts would be worse than none.
TEST_CASE("without a value for issuer or discovery the other facts of oidc are absent, too") {
  for (const char* lacking : {"issuer", "discovery"}) {
    CAPTURE(lacking);
    Json facts = Json::object({{"iss", "https://a.example"}, {"algs", Json::array({"RS256"})}});
    facts.set(lacking, "https://{tenant}.example");
    Json entry = own(R"({"options": {"tenant": {}}})");
    entry.set("oidc", facts);
    for (const char* fact : {"iss", "algs"}) CHECK(providers::oidc(accepted(entry), fact).is_null());
    entry.set("tenant", "t");
    for (const char* fact : {"iss", "algs"}) CHECK_FALSE(providers::oidc(accepted(entry), fact).is_null());
  }
}
