#include <array>

#include "base/text.hpp"
#include "oauth/shared.hpp"

namespace oauth {
namespace {

/// What a page's query must never replace: else a link could start a flow that protects somebody else.
/// `request` and `request_uri` (RFC 9101) would replace all of it.
bool is_protected(std::string_view name) {
  constexpr std::array names{"client_id", "redirect_uri", "response_type", "state",
                             "nonce",     "request",      "request_uri"};
  for (const char* known : names)
    if (name == known) return true;
  return name.starts_with("code_challenge");
}

std::string challenge(const std::string& code_verifier) {  // RFC 7636 §4.2
  return base::to_base64url(crypto::sha256(code_verifier));
}

/// Found again by the callback: see flow_key().
std::string make_state(crypto::Random& random, const std::string& csrf_token) {
  return crypto::random_hex(random, 16) + "." + crypto::sha256_hex(csrf_token);
}

std::string stateless_key(const Provider& provider, const std::string& csrf_token) {
  return crypto::sha256_hex("flow without state " + provider.id + " " + csrf_token);
}

/// Fills the flow and adds the parameters that go with it.
void protect(const Provider& provider, const Metadata& metadata, const std::string& csrf_token,
             crypto::Random& random, model::Flow& flow, http::Pairs& parameters) {
  const providers::Protection used = protection(provider, metadata);
  flow.key_hash = stateless_key(provider, csrf_token);
  if (used.state) {
    const std::string state = make_state(random, csrf_token);
    flow.key_hash = crypto::sha256_hex(state);
    http::put(parameters, "state", state);
  }
  if (used.pkce) {
    flow.code_verifier = base::to_base64url(crypto::random_bytes(random, 48));  // 64 characters, as v3's
    http::put(parameters, "code_challenge", challenge(flow.code_verifier));
    http::put(parameters, "code_challenge_method", "S256");
  }
  if (used.nonce) {
    flow.nonce = crypto::random_hex(random, 32);
    http::put(parameters, "nonce", flow.nonce);
  }
}

}  // namespace

void pass_on(http::Pairs& parameters, const http::Pairs& query) {
  std::erase_if(parameters,
                [&](const auto& parameter) { return http::find(query, parameter.first) != nullptr; });
  parameters.insert(parameters.end(), query.begin(), query.end());
}

model::Flow begin_flow(const Provider& provider, const std::string& csrf_token, base::Time now) {
  model::Flow flow;
  flow.provider_id = provider.id;
  flow.browser = crypto::sha256_hex(csrf_token);
  flow.expires = now + flow_lifetime;
  return flow;
}

AuthorizationRequest authorization_request(const Provider& provider, const Metadata& metadata,
                                           const std::string& redirect_uri, const std::string& csrf_token,
                                           const http::Pairs& forwarded, crypto::Random& random,
                                           base::Time now) {
  AuthorizationRequest out{{}, begin_flow(provider, csrf_token, now)};
  http::Pairs parameters;
  if (provider.scope) http::put(parameters, "scope", providers::expand_url(provider, *provider.scope));
  for (const auto& [name, value] : providers::texts(provider, "authorizationParams"))
    if (value) http::put(parameters, name, *value);
  protect(provider, metadata, csrf_token, random, out.flow, parameters);
  http::Pairs more = forwarded;
  std::erase_if(more, [](const auto& parameter) { return is_protected(parameter.first); });
  pass_on(parameters, more);
  http::put(parameters, "redirect_uri", redirect_uri);
  http::put(parameters, "client_id", provider.client_id);
  out.url = http::with_query(metadata.authorization_url, parameters);
  return out;
}

std::string flow_key(const Provider& provider, const CallbackAnswer& answer, const std::string& csrf_token) {
  if (!provider.protection.state) return stateless_key(provider, csrf_token);
  const size_t dot = answer.state.find('.');
  if (dot == std::string::npos) throw AuthError(Code::OAuthCallback, "state is missing or not ours");
  // Before the row is touched: another browser must not be able to use the flow up.
  if (!crypto::equal_constant_time(answer.state.substr(dot + 1), crypto::sha256_hex(csrf_token)))
    throw AuthError(Code::OAuthCallback, "state was made for another browser");
  return crypto::sha256_hex(answer.state);
}

}  // namespace oauth
