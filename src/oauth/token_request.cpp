#include "base/text.hpp"
#include "oauth/proof.hpp"
#include "oauth/shared.hpp"

namespace oauth {
namespace {

http::Pairs form_parameters(const Provider& provider, const Proof& proof, const std::string& code,
                            const std::string& redirect_uri, const std::string& code_verifier) {
  http::Pairs form{{"code", code}, {"redirect_uri", redirect_uri}};
  form.insert(form.end(), proof.form.begin(), proof.form.end());
  if (!code_verifier.empty()) http::put(form, "code_verifier", code_verifier);
  const bool own = provider.entry.find("params") != nullptr;
  if (!own) http::put(form, "grant_type", "authorization_code");
  for (const auto& [name, value] : providers::texts(provider, "params", {.code = code})) {
    if (value)
      http::put(form, name, *value);
    else
      std::erase_if(form, [&name = name](const auto& field) { return field.first == name; });
  }
  return form;
}

http::Pairs header_fields(const Provider& provider, const Proof& proof, const std::string& code) {
  http::Pairs headers{{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  for (const char* key : {"tokenHeaders", "headers"})
    for (const auto& [name, value] : providers::texts(provider, key, {.code = code}))
      if (value) http::put(headers, name, *value);
  if (!proof.authorization.empty()) http::put(headers, "Authorization", proof.authorization);
  return headers;
}

constexpr size_t member_limit = 200;  // of an answer that holds a token

base::Json read_tokens(const http::Answer& answer) {
  if (auto json = base::try_parse_json(answer.body, {.depth = 32, .unique_members = true})) {
    // All of them go into the account that callbacks see: a megabyte of members would take minutes.
    if (json->is_object() && json->members().size() > member_limit)
      throw AuthError(Code::Callback, "token response: too many members");
    return std::move(*json);
  }
  if (base::trim(answer.body).starts_with('{'))
    throw AuthError(Code::Callback, "token response: status " + std::to_string(answer.status) +
                                        ", JSON that is broken or has a member twice");
  return read_token_form(answer, "token response: neither JSON nor a form");
}

/// The provider's own word for what went wrong (RFC 6749 §5.2), never the rest of the answer.
void check_success(const http::Answer& answer, const base::Json& tokens,
                   const std::vector<std::string>& secrets) {
  // Facebook's is an object with a message. null, 0 and "" are some providers' word for none.
  const base::Json* error = tokens.find("error");
  const bool is_error = error && !error->is_falsy();
  if (answer.status >= 200 && answer.status < 300 && !is_error) return;
  std::string why = "token request: status " + std::to_string(answer.status);
  if (is_error)
    why +=
        ", error " + (error->is_string() ? error->text() : error->text_of("message").value_or("of no text"));
  if (const auto description = tokens.text_of("error_description")) why += ": " + *description;
  throw AuthError(Code::Callback, without_secrets(std::move(why), secrets));
}

std::string text_at(const base::Json& tokens, std::string_view path) {
  const base::Json* found = providers::find_path(tokens, path);
  return found && found->is_string() ? found->text() : std::string();
}

}  // namespace

Code no_answer(const Provider& provider) {
  return provider.issuer.empty() ? Code::Callback : Code::OAuthCallback;
}

std::string without_secrets(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets)
    for (const std::string& spelling : {secret, http::encode(secret)})
      if (!spelling.empty()) text = base::replace_all(text, spelling, "…");
  return text;
}

base::Json read_token_form(const http::Answer& answer, const std::string& what) {
  base::Json members = base::Json::object();
  try {
    // A script's last line break is no part of the token.
    for (const auto& [name, value] : http::parse_form(base::trim(answer.body), member_limit)) {
      if (members.find(name)) throw http::FormError("a member comes twice");
      members.set(name, value);
    }
  } catch (const http::FormError& error) {
    throw AuthError(Code::Callback, what + ": " + error.what());
  }
  return members;
}

TokenResponse token_request(const Outside& outside, const Provider& provider, const Metadata& metadata,
                            const std::string& code, const std::string& redirect_uri,
                            const std::string& code_verifier) {
  if (metadata.token_url.empty()) throw AuthError(Code::OAuthCallback, "there is no token endpoint");
  const Proof proof = prove(provider, metadata, outside.random, outside.clock.now());
  http::Outgoing request{.method = "POST", .url = metadata.token_url, .headers = {}, .body = {}};
  request.headers = header_fields(provider, proof, code);
  request.body = http::encode_query(form_parameters(provider, proof, code, redirect_uri, code_verifier));
  http::Answer answer;
  try {
    answer = outside.client.send(request);
  } catch (const http::Unreachable& error) {
    throw AuthError(no_answer(provider), error.what());
  }
  TokenResponse tokens{.raw = read_tokens(answer), .access_token = {}, .refresh_token = {}, .id_token = {}};
  std::vector<std::string> secrets = proof.secrets;
  secrets.insert(secrets.end(), {code, code_verifier});
  check_success(answer, tokens.raw, secrets);
  tokens.access_token = text_at(tokens.raw, provider.access_token_path);
  tokens.refresh_token = tokens.raw.text_of("refresh_token").value_or("");
  tokens.id_token = tokens.raw.text_of("id_token").value_or("");
  // RFC 6749 appendix A.12. A line break in it would begin another header of the profile request.
  if (base::has_control(tokens.access_token))
    throw AuthError(Code::Callback, "token response: the access token has a control character");
  if (tokens.access_token.empty() && !provider.id_token)
    throw AuthError(Code::Callback, "token response: no access token");
  return tokens;
}

}  // namespace oauth
