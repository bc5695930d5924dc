#include <algorithm>

#include "oauth/oauth.hpp"

namespace oauth {
namespace {

using providers::ClientAuth;

std::string discovery_url(const Provider& provider, const std::string& issuer) {
  const base::Json chosen = providers::oidc(provider, "discovery");
  if (chosen.is_string()) return chosen.text();
  return issuer.substr(0, issuer.size() - (issuer.ends_with('/') ? 1 : 0)) +
         "/.well-known/openid-configuration";
}

std::string issuer_of(const Provider& provider) {
  const base::Json issuer = providers::oidc(provider, "issuer");
  return issuer.is_string() ? issuer.text() : provider.issuer;
}

std::vector<std::string> texts(const base::Json* list) {
  std::vector<std::string> out;
  if (list && list->is_array())
    for (const base::Json& element : list->elements())
      if (element.is_string()) out.push_back(element.text());
  return out;
}

bool has(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Also with `nonce` alone: it is the id_token that carries it.
bool uses_id_token(const Provider& provider) {
  return provider.oauth2 && (provider.id_token || provider.protection.nonce || !provider.issuer.empty());
}

/// OpenID Connect Discovery §4.3: else one issuer could speak for another.
void check_issuer(const Provider& provider, const std::string& issuer, const base::Json& document) {
  const auto named = document.text_of("issuer");
  if (!named) throw AuthError(Code::OAuthCallback, "discovery document: no issuer");
  if (providers::oidc(provider, "discovery").is_string()) return;
  if (*named != issuer)
    throw AuthError(Code::OAuthCallback, "discovery document: issuer is " + *named + ", not " + issuer);
}

std::vector<std::string> accepted_algs(const Provider& provider, const base::Json& document) {
  const base::Json chosen = providers::oidc(provider, "algs");
  if (chosen.is_array()) return texts(&chosen);
  std::vector<std::string> algs = texts(document.find("id_token_signing_alg_values_supported"));
  // The key of HS… is the client secret: only where the site's owner says so.
  std::erase_if(algs, [](const std::string& alg) { return alg == "none" || alg.starts_with("HS"); });
  if (algs.empty()) algs.emplace_back("RS256");
  return algs;
}

/// A token endpoint that takes no secret as such.
ClientAuth client_auth_by_assertion(const Provider& provider, const std::vector<std::string>& methods) {
  const bool signing_secret = !provider.client_secret_is_object &&
                              provider.client_secret.reveal().size() >= providers::least_signing_secret;
  if (has(methods, "client_secret_jwt") && signing_secret) return ClientAuth::client_secret_jwt;
  if (has(methods, "private_key_jwt"))
    throw AuthError(Code::OAuthCallback,
                    "discovery document: the token endpoint takes private_key_jwt only, and the provider has "
                    "no clientKey");
  if (has(methods, "client_secret_jwt"))
    throw AuthError(Code::OAuthCallback,
                    "discovery document: the token endpoint takes client_secret_jwt only, and clientSecret "
                    "has fewer than " +
                        std::to_string(providers::least_signing_secret) + " bytes");
  return ClientAuth::basic;
}

ClientAuth announced_client_auth(const Provider& provider, const base::Json& document) {
  const auto methods = texts(document.find("token_endpoint_auth_methods_supported"));
  if (has(methods, "client_secret_basic")) return ClientAuth::basic;
  if (has(methods, "client_secret_post")) return ClientAuth::post;
  return client_auth_by_assertion(provider, methods);
}

ClientAuth client_auth(const Provider& provider, const base::Json* document) {
  if (provider.client_auth != ClientAuth::automatic) return provider.client_auth;
  if (!document || provider.issuer.empty()) return ClientAuth::post;
  const ClientAuth announced = announced_client_auth(provider, *document);
  // A public client (RFC 6749 §2.1) names itself in the form: an empty secret in a header is a wrong one.
  return provider.client_secret.empty() ? ClientAuth::none : announced;
}

/// The document's URL of this name; "" if it has none. Only such as a secret may be sent to, and none of this
/// machine unless the issuer is there too: a provider must not have us ask our own services.
std::string document_url(const base::Json& document, std::string_view member, const std::string& issuer) {
  std::string url = document.text_of(member).value_or("");
  if (url.empty()) return url;
  const auto parsed = http::parse_url(url);
  const auto home = http::parse_url(issuer);
  const bool is_ours = parsed && http::is_loopback(*parsed) && !(home && http::is_loopback(*home));
  if (!parsed || parsed->userinfo || !http::is_trustworthy(*parsed) || is_ours)
    throw AuthError(Code::OAuthCallback, "discovery document: " + std::string(member) + " is no https URL");
  return url;
}

/// The endpoint of the entry, else of the document.
std::string endpoint(const Provider& provider, std::string_view key, const base::Json* document,
                     std::string_view member) {
  if (const auto own = providers::url(provider, key)) return *own;
  if (!document || provider.issuer.empty()) return {};
  return document_url(*document, member, issuer_of(provider));
}

std::string authorization_url(const Provider& provider, const base::Json* document) {
  const bool discovered = !provider.entry.find("authorizationUrl");
  std::string url = endpoint(provider, "authorizationUrl", document, "authorization_endpoint");
  if (url.empty()) throw AuthError(Code::OAuthCallback, "discovery document: no authorization_endpoint");
  return discovered ? http::with_query(url, {{"response_type", "code"}}) : url;
}

void read_document(const Provider& provider, const base::Json& document, const std::string& issuer,
                   Metadata& out) {
  check_issuer(provider, issuer, document);
  out.issuer = document.text_of("issuer").value_or("");
  out.jwks_uri = document_url(document, "jwks_uri", issuer);
  out.algs = accepted_algs(provider, document);
  const base::Json* pkce_methods = document.find("code_challenge_methods_supported");
  const bool says_nothing = !pkce_methods || pkce_methods->is_null();
  out.supports_pkce = has(texts(pkce_methods), "S256") || (provider.id_token && says_nothing);
  const base::Json* announced = document.find("authorization_response_iss_parameter_supported");
  out.iss_required = announced && announced->is_bool() && announced->boolean();
}

}  // namespace

Metadata metadata(const Provider& provider, Documents& documents) {
  Metadata out;
  const std::string issuer = issuer_of(provider);
  out.issuer = issuer;
  Documents::Known document;
  if (!issuer.empty() && uses_id_token(provider)) {
    document = documents.get(discovery_url(provider, issuer));
    read_document(provider, *document, issuer, out);
  }
  const base::Json* found = document.get();
  out.authorization_url = authorization_url(provider, found);
  out.token_url = endpoint(provider, "accessTokenUrl", found, "token_endpoint");
  // An own profileUrl may need the token response: it is made out when that is there.
  if (!provider.id_token && !provider.entry.find("profileUrl"))
    out.userinfo_url = endpoint(provider, "profileUrl", found, "userinfo_endpoint");
  out.client_auth = client_auth(provider, found);
  return out;
}

providers::Protection protection(const Provider& provider, const Metadata& metadata) {
  providers::Protection out = provider.protection;
  if (out.chosen) return out;
  out.pkce = out.pkce || metadata.supports_pkce;
  out.nonce = out.nonce || provider.id_token;
  return out;
}

}  // namespace oauth
