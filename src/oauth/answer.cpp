#include <algorithm>

#include "oauth/oauth.hpp"

namespace oauth {
namespace {

std::string once(const http::Pairs& parameters, std::string_view name) {
  const auto count = std::count_if(parameters.begin(), parameters.end(),
                                   [&](const auto& parameter) { return parameter.first == name; });
  // Which one counts would be anybody's guess: parameter pollution.
  if (count > 1) throw AuthError(Code::OAuthCallback, std::string(name) + " comes twice");
  return http::first(parameters, name).value_or("");
}

void check_flow(const Provider& provider, const model::Flow& flow, const std::string& csrf_token,
                base::Time now) {
  // Mix-up: a state made for one provider must not be answered by another.
  if (flow.provider_id != provider.id)
    throw AuthError(Code::OAuthCallback, "state was made for another provider");
  if (!crypto::equal_constant_time(flow.browser, crypto::sha256_hex(csrf_token)))
    throw AuthError(Code::OAuthCallback, "state was made for another browser");
  if (flow.expires <= now) throw AuthError(Code::OAuthCallback, "the sign-in took longer than 15 minutes");
}

/// RFC 9207: else a malicious provider has us send it another provider's code.
void check_issuer(const Provider& provider, const Metadata& metadata, const CallbackAnswer& answer) {
  if (answer.iss.empty()) {
    if (metadata.iss_required) throw AuthError(Code::OAuthCallback, "iss is missing");
    return;
  }
  // A provider of plain OAuth has no issuer to compare with.
  if (metadata.issuer.empty() || answer.iss == metadata.issuer) return;
  const base::Json accepted = providers::oidc(provider, "iss");
  if (accepted.is_array() &&
      std::any_of(accepted.elements().begin(), accepted.elements().end(),
                  [&](const base::Json& iss) { return iss == base::Json(answer.iss); }))
    return;
  // The issuer of a multi-tenant provider is known from the claims alone.
  if (provider.entry.find("oidc") && provider.entry.find("oidc")->find("discovery") && !metadata.iss_required)
    return;
  throw AuthError(Code::OAuthCallback, "iss is another issuer's");
}

}  // namespace

CallbackAnswer read_answer(const http::Pairs& parameters) {
  // It is there, so it must be right: an empty one would count as none at all.
  if (http::first(parameters, "iss") == "") throw AuthError(Code::OAuthCallback, "iss is empty");
  return {once(parameters, "code"),
          once(parameters, "state"),
          once(parameters, "iss"),
          once(parameters, "error"),
          http::first(parameters, "error_description").value_or(""),
          once(parameters, "user")};
}

void check_answer(const Provider& provider, const Metadata& metadata, const CallbackAnswer& answer,
                  const model::Flow& flow, const std::string& csrf_token, base::Time now) {
  check_flow(provider, flow, csrf_token, now);
  check_issuer(provider, metadata, answer);
  // An error wins, whatever else the answer holds.
  if (!answer.error.empty())
    throw AuthError(Code::Callback,
                    "the provider says " + answer.error +
                        (answer.error_description.empty() ? "" : ": " + answer.error_description));
  if (answer.code.empty()) throw AuthError(Code::Callback, "the provider sent no code");
}

Oauth1Answer read_oauth1_answer(const http::Pairs& parameters) {
  Oauth1Answer answer{once(parameters, "oauth_token"), once(parameters, "oauth_verifier"),
                      once(parameters, "oauth_problem")};
  // Twitter names the request token there, and nowhere else.
  if (const std::string denied = once(parameters, "denied"); !denied.empty()) {
    answer.refusal = "denied";
    if (answer.token.empty()) answer.token = denied;
  }
  return answer;
}

std::string oauth1_flow_key(const Provider& provider, const std::string& token,
                            const std::string& csrf_token) {
  // With the browser in it: another one can neither find the flow nor use it up.
  return crypto::sha256_hex("request token " + provider.id + " " + crypto::sha256_hex(csrf_token) + " " +
                            token);
}

model::Flow check_oauth1_answer(const Provider& provider, const Oauth1Answer& answer,
                                std::optional<model::Flow> flow, const std::string& csrf_token,
                                base::Time now) {
  if (!answer.refusal.empty()) throw AuthError(Code::Callback, "the provider says " + answer.refusal);
  if (answer.token.empty()) throw AuthError(Code::Callback, "the provider sent no oauth_token");
  if (answer.verifier.empty()) throw AuthError(Code::Callback, "the provider sent no oauth_verifier");
  if (!flow) throw AuthError(Code::OAuthCallback, "this sign-in was not begun here, or is over already");
  check_flow(provider, *flow, csrf_token, now);
  if (!crypto::equal_constant_time(flow->key_hash, oauth1_flow_key(provider, answer.token, csrf_token)))
    throw AuthError(Code::OAuthCallback, "oauth_token is not the one that was asked for");
  return std::move(*flow);
}

}  // namespace oauth
