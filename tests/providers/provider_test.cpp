// What makes an entry in use, and what is complained about.
#include <doctest/doctest.h>

#include <algorithm>

#include "providers/providers.hpp"
#include "support.hpp"

using base::Json;
using providers::ClientAuth;
using providers::Type;
using Complaints = std::vector<std::string>;

TEST_CASE("the configuration is laid over the catalogue key by key") {
  const auto provider = accepted(R"({ "id": "github", "clientId": "app", "scope": "read:user",
                                      "params": { "grant_type": "authorization_code" } })");
  CHECK(provider.name == "GitHub");
  CHECK(provider.scope == "read:user");
  CHECK(providers::url(provider, "accessTokenUrl") == "https://github.com/login/oauth/access_token");
  CHECK(providers::texts(provider, "params").size() == 1);
}

TEST_CASE("null takes a key of the catalogue away") {
  CHECK(accepted(R"({ "id": "github", "clientId": "app", "params": null })").entry.find("params") == nullptr);
}

TEST_CASE("a provider of one's own has v3's defaults") {
  const auto provider = accepted(own());
  CHECK(provider.name == "acme");
  CHECK(provider.type == Type::oauth);
  CHECK(provider.oauth2);
  CHECK(provider.scope == "");
  CHECK(provider.protection.state);
  CHECK_FALSE(provider.protection.pkce);
  CHECK_FALSE(provider.protection.chosen);
  CHECK(provider.client_auth == ClientAuth::post);
  CHECK_FALSE(provider.id_token);
  CHECK(provider.use_auth_token_header);
  CHECK(provider.access_token_path == "access_token");
}

TEST_CASE("with an issuer, other defaults change") {
  const auto provider =
      accepted(R"({ "id": "corp", "clientId": "app", "issuer": "https://op.example.com" })");
  CHECK(provider.issuer == "https://op.example.com");
  CHECK(provider.id_token);
  CHECK(provider.scope == "openid profile email");
  CHECK(provider.client_auth == ClientAuth::automatic);
}

TEST_CASE("the issuer's placeholders are replaced") {
  CHECK(accepted(R"({ "id": "azure-ad", "clientId": "app" })").issuer ==
        "https://login.microsoftonline.com/common/v2.0");
  CHECK(accepted(R"({ "id": "azure-ad", "clientId": "app", "tenantId": "contoso" })").issuer ==
        "https://login.microsoftonline.com/contoso/v2.0");
}

TEST_CASE("the client secret is kept apart from the entry") {
  const auto provider = accepted(own());
  CHECK(provider.client_secret.reveal() == "s3cret");
  CHECK(base::to_json(provider.entry).find("s3cret") == std::string::npos);
  CHECK(base::to_json(provider.options).find("s3cret") == std::string::npos);
}

TEST_CASE("a client secret may be absent") {
  CHECK(accepted(own(R"({"clientSecret": null})")).client_secret.empty());
}

TEST_CASE("a list of scopes is joined with spaces; an empty one is no parameter") {
  CHECK(accepted(own(R"({"scope": ["a", "b"]})")).scope == "a b");
  CHECK_FALSE(accepted(own(R"({"scope": []})")).scope);
}

TEST_CASE("protection is a word or a list, and chosen when the configuration gave it") {
  const auto pkce = accepted(own(R"({"protection": "pkce"})")).protection;
  CHECK((pkce.pkce && !pkce.state && pkce.chosen));
  const auto both = accepted(own(R"({"protection": ["pkce", "state"]})")).protection;
  CHECK((both.pkce && both.state));
  for (const char* none :
       {R"({"protection": "none"})", R"({"protection": ["none"]})", R"({"state": false})"}) {
    const auto protection = accepted(own(none)).protection;
    CHECK((!protection.state && !protection.pkce && !protection.nonce && protection.chosen));
  }
  CHECK(accepted(own(R"({"state": true})")).protection.state);
}

TEST_CASE("an option takes its default where it is absent, null or empty") {
  for (const char* given :
       {R"({"id":"workos","clientId":"a"})", R"({"id":"workos","clientId":"a","domain":null})",
        R"({"id":"workos","clientId":"a","domain":""})"})
    CHECK(accepted(given).options.text_of("domain") == "api.workos.com");
}

TEST_CASE("an option may be a key, and its default is then the key's value") {
  const auto provider = accepted(R"({ "id": "acme", "clientId": "app", "region": "eu",
    "options": { "region": { "required": true }, "issuer": { "default": "https://{region}.acme.example" } } })");
  CHECK(provider.issuer == "https://eu.acme.example");
  CHECK(provider.id_token);
}

TEST_CASE("a required option that nothing names is not asked for") {
  CHECK(complaints(R"({ "id": "auth0", "clientId": "app", "authorizationUrl": "https://a.example/authorize",
    "accessTokenUrl": "https://a.example/token", "profileUrl": "https://a.example/me" })")
            .empty());
}

TEST_CASE("email and credentials providers have keys of their own") {
  const auto email = accepted(R"({ "id": "email", "type": "email", "server": "smtp://mail.example.com:587",
                                   "from": "Example <no-reply@example.com>", "maxAge": 3600, "confirm": false })");
  CHECK(email.type == Type::email);
  CHECK(email.name == "Email");
  CHECK(email.entry.find("maxAge")->integer() == 3600);
  const auto staff = accepted(R"({ "id": "staff", "type": "credentials", "authorize": { "htpasswd": "users" },
                                   "credentials": { "username": { "label": "Name", "type": "text" } } })");
  CHECK(staff.type == Type::credentials);
  CHECK(staff.name == "staff");
}

TEST_CASE("an unknown key is named together with the nearest known one") {
  CHECK(complaints(own(R"({"clientID": "x"})")) ==
        Complaints{R"(/clientID: unknown key "clientID" (did you mean "clientId"?))"});
  CHECK(complaints(own(R"({"acessTokenUrl": "x"})")) ==
        Complaints{R"(/acessTokenUrl: unknown key "acessTokenUrl" (did you mean "accessTokenUrl"?))"});
  CHECK(complaints(own(R"({"colour": "x"})")) == Complaints{R"(/colour: unknown key "colour")"});
  CHECK(complaints(R"({"id":"auth0","clientId":"a","domain":"a.example","Domian":"x"})") ==
        Complaints{R"(/Domian: unknown key "Domian" (did you mean "domain"?))"});
  CHECK(complaints(R"({"id":"email","clientId":"a"})") == Complaints{R"(/clientId: unknown key "clientId")"});
  CHECK(complaints(own(R"({"oidc": {"isuer": "x"}})")) ==
        Complaints{R"(/oidc/isuer: unknown key "isuer" (did you mean "issuer"?))"});
}

TEST_CASE("a mistyped id of the catalogue is recognised") {
  const auto all = complaints(R"({ "id": "githib", "clientId": "app" })");
  REQUIRE(all.size() == 1);
  CHECK(all[0].starts_with(R"(/id: the catalogue has no "githib" (did you mean "github"?))"));
}

TEST_CASE("everything that is wrong is said at once") {
  const auto all = complaints(R"({ "id": "acme", "scop": "x", "authorizationUrl": "http://acme.example" })");
  CHECK(all.size() == 5);
  for (const char* expected :
       {": \"clientId\" is missing", ": \"accessTokenUrl\" is missing", ": \"profileUrl\" is missing",
        "/scop: unknown key \"scop\" (did you mean \"scope\"?)",
        "/authorizationUrl: must be https (http is for loopback addresses only)"})
    CHECK(std::count(all.begin(), all.end(), expected) == 1);
}

TEST_CASE("each entry that is wrong is complained about, at its place") {
  struct Row {
    const char* further;
    const char* complaint;
  };
  const Row rows[] = {
      {R"({"id": null})", ": \"id\" is missing"},
      {R"({"id": "a b"})", "/id: may have letters, digits and . _ ~ - only"},
      {R"({"id": ".."})", "/id: may have letters, digits and . _ ~ - only"},
      {R"({"clientId": 5})", "/clientId: must be text"},
      {R"({"clientId": ""})", ": \"clientId\" is missing"},
      {R"({"clientSecret": {"keyId": "x"}})", "/clientSecret: must be text"},
      {R"({"clientSecret": 5})", "/clientSecret: must be text"},
      {R"({"type": "oauht"})", R"(/type: must be "oauth", "email" or "credentials" (did you mean "oauth"?))"},
      {R"({"version": 2.0})", R"(/version: must be "2.0" or "1.0A")"},
      {R"({"version": "1.0A"})", ": \"requestTokenUrl\" is missing"},
      {R"({"scope": 5})", "/scope: must be text or a list of texts"},
      {R"({"scope": ["a", 5]})", "/scope/1: must be text"},
      {R"({"protection": "pcke"})",
       R"(/protection: must be "state", "pkce", "nonce" or "none" (did you mean "pkce"?))"},
      {R"({"protection": ["none", "pkce"]})", "/protection: has \"none\" and others"},
      {R"({"clientAuth": "header"})",
       R"(/clientAuth: must be "post", "basic", "both", "none", "private_key_jwt" or "client_secret_jwt")"},
      {R"({"idToken": "yes"})", "/idToken: must be true or false"},
      {R"({"profileMethod": "get"})", R"(/profileMethod: must be "GET" or "POST" (did you mean "GET"?))"},
      {R"({"params": ["a"]})", "/params: must be an object of texts"},
      {R"({"params": {"a": 1}})", "/params/a: must be text"},
      {R"({"headers": {"a b": "x"}})", "/headers/a b: \"a b\" is no header's name"},
      {R"({"headers": {"A": "x\ny"}})", "/headers/A: has a control character"},
      {R"({"profileExtra": {"a": {}}})", "/profileExtra/a: \"url\" is missing"},
      {R"({"profileExtra": {"a": {"url": "http://a.example"}}})",
       "/profileExtra/a/url: must be https (http is for loopback addresses only)"},
      {R"({"profileUrl": "acme.example/me"})", "/profileUrl: is no http or https URL"},
      {R"({"profileUrl": "https://u:p@acme.example"})", "/profileUrl: has a user name in it"},
      {R"({"profileUrl": "https://{host}/me"})", "/profileUrl: unknown placeholder {host}"},
      {R"({"profileUrl": "https://a.example/{clientID}"})",
       "/profileUrl: unknown placeholder {clientID} (did you mean \"clientId\"?)"},
      {R"({"profileUrl": "https://a.example/{accessToken"})", "/profileUrl: '{' without '}'"},
      {R"({"authorizationUrl": "https://a.example/{code}"})", "/authorizationUrl: {code} has no value here"},
      {R"({"profile": {"id": 5}})", "/profile/id: must be a path, null or an expression"},
      {R"({"profile": {"*": {}}})", "/profile/*: must be a path"},
      {R"({"profile": {"image": "$baseUrl"}})", "/profile/image: unknown placeholder {baseUrl}"},
      {R"({"oidc": {"issuer": "http://op.example"}})",
       "/oidc/issuer: must be https (http is for loopback addresses only)"},
      {R"({"idToken": true})",
       ": an id_token is used, so \"issuer\" or \"oidc.issuer\" is needed to verify it"},
      {R"({"protection": "nonce"})",
       ": an id_token is used, so \"issuer\" or \"oidc.issuer\" is needed to verify it"},
      {R"({"options": {"code": {}}})", "/options/code: \"code\" cannot be an option's name"},
      {R"({"options": {"a": {"default": "{a}"}}})", "/options/a: its default depends on itself"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.further);
    CHECK(complaints(own(row.further)) == Complaints{row.complaint});
  }
}

TEST_CASE("an option that is meant without https:// is noticed") {
  for (const std::string& complaint :
       complaints(R"({"id": "auth0", "clientId": "a", "domain": "https://example.eu.auth0.com"})"))
    CHECK(complaint.ends_with(": has \"https://\" twice: an option may be meant without it"));
}

TEST_CASE("plain http is for loopback addresses") {
  accepted(own(R"({"profileUrl": "http://127.0.0.1:8080/me"})"));
  accepted(R"({ "id": "corp", "clientId": "app", "issuer": "http://localhost:9000" })");
}

TEST_CASE("a provider that uses its id_token is accepted with the facts to verify it") {
  accepted(own(R"({"idToken": true, "profileUrl": null, "oidc": {"issuer": "https://op.example"}})"));
  accepted(own(R"({"protection": ["nonce"], "oidc": {"discovery": "https://op.example/c"}})"));
  CHECK(complaints(R"({"id": "cognito", "clientId": "a", "domain": "a.example", "idToken": true})").size() ==
        1);
}

TEST_CASE("a broken entry is complained about, however broken") {
  for (const char* broken :
       {R"({"profile": {"id": {"template": 5}}})", R"({"oidc": {"issuer": {"first": 5}}})",
        R"({"options": 5})", R"({"options": {"a": 5}})",
        R"({"options": {"a": {"default": {"template": []}}}})",
        R"({"profile": 5, "oidc": 5, "profileExtra": 5, "clientSecretJwt": 5})",
        R"({"clientSecret": {"a": "b"}, "clientSecretJwt": {}, "oidc": {"issuer": "{clientSecret}"}})"}) {
    CAPTURE(broken);
    CHECK_FALSE(complaints(own(broken)).empty());
  }
  CHECK(complaints("[]") == Complaints{": must be an object"});
  CHECK(complaints(R"({"id": "staff", "type": "credentials"})") == Complaints{": \"authorize\" is missing"});
}

TEST_CASE("a provider of another type has nothing of the catalogue's entry of that id") {
  const auto provider = accepted(R"({"id": "google", "type": "credentials", "authorize": "lua"})");
  CHECK(provider.type == providers::Type::credentials);
  for (const char* key : {"authorizationUrl", "accessTokenUrl", "oidc"})
    CHECK_FALSE(provider.entry.find(key));
}
