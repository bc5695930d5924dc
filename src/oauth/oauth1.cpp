#include "base/text.hpp"
#include "oauth/oauth1_signature.hpp"
#include "oauth/shared.hpp"

namespace oauth {
namespace {

using providers::Values;

struct Token {
  std::string token, secret;  // "" before there is one
};

struct Call {
  std::string method, url;
  http::Pairs headers{};
  http::Pairs oauth{};  // parameters of the Authorization header besides those that every request has
  http::Pairs form{};
};

bool is_oauth_parameter(std::string_view name) { return name.starts_with("oauth_"); }

std::string url_of(const Provider& provider, std::string_view key, const Values& values = {}) {
  const auto url = providers::url(provider, key, values);
  if (!url) throw AuthError(Code::OAuthCallback, "the provider has no " + std::string(key));
  return *url;
}

/// The members of these keys that have a value.
http::Pairs values_of(const Provider& provider, std::initializer_list<const char*> keys,
                      const Values& values = {}) {
  http::Pairs out;
  for (const char* key : keys)
    for (const auto& [name, value] : providers::texts(provider, key, values))
      if (value) http::put(out, name, *value);
  return out;
}

std::string signature(const Provider& provider, const Token& token, const Call& call) {
  const auto url = http::parse_url(call.url);
  if (!url) throw AuthError(Code::OAuthCallback, "not an http(s) URL");
  http::Pairs all = call.oauth;
  all.insert(all.end(), call.form.begin(), call.form.end());
  try {
    return hmac_sha1_signature(signature_base(call.method, *url, all), provider.client_secret.reveal(),
                               token.secret);
  } catch (const http::FormError& error) {
    throw AuthError(Code::OAuthCallback, url->origin() + url->path + ": its query has " + error.what());
  }
}

void sign(const Outside& parts, const Provider& provider, const Token& token, Call& call) {
  http::put(call.oauth, "oauth_consumer_key", provider.client_id);
  // 24 characters: servers made with oauthlib take 20 to 30.
  http::put(call.oauth, "oauth_nonce", crypto::random_hex(parts.random, 12));
  http::put(call.oauth, "oauth_signature_method", "HMAC-SHA1");
  http::put(call.oauth, "oauth_timestamp", std::to_string(base::unix_seconds(parts.clock.now())));
  if (!token.token.empty()) http::put(call.oauth, "oauth_token", token.token);
  // v3 writes "1.0A" here; RFC 5849 §3.1 knows "1.0" only.
  http::put(call.oauth, "oauth_version", "1.0");
  http::put(call.oauth, "oauth_signature", signature(provider, token, call));
}

/// Not redirected: the signature is for this address alone.
http::Answer send(const Outside& parts, const Provider& provider, const Token& token, Call call) {
  sign(parts, provider, token, call);
  std::erase_if(call.headers,
                [](const auto& header) { return base::equal_ignoring_case(header.first, "Authorization"); });
  call.headers.emplace_back("Authorization", oauth1_header(call.oauth));
  if (!call.form.empty()) call.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  try {
    return parts.client.send({.method = call.method,
                              .url = call.url,
                              .headers = call.headers,
                              .body = oauth1_form(call.form),
                              .follow = false});
  } catch (const http::Unreachable& error) {
    throw AuthError(Code::Callback, without_secrets(error.what(), {token.token, token.secret}));
  }
}

void check_status(const http::Answer& answer, const std::string& what) {
  if (answer.status < 200 || answer.status > 299)
    throw AuthError(Code::Callback, what + ": status " + std::to_string(answer.status));
}

/// The members of a form-encoded answer.
base::Json read_token_answer(const http::Answer& answer, const std::string& what) {
  check_status(answer, what);
  if (answer.body.size() > oauth1_answer_limit)
    throw AuthError(Code::Callback, what + ": too long an answer");
  return read_token_form(answer, what + ": no form");
}

Token token_of(const base::Json& members, const std::string& what) {
  Token token{members.text_of("oauth_token").value_or(""),
              members.text_of("oauth_token_secret").value_or("")};
  if (token.token.empty()) throw AuthError(Code::Callback, what + ": no oauth_token");
  if (!members.find("oauth_token_secret")) throw AuthError(Code::Callback, what + ": no oauth_token_secret");
  return token;
}

/// What the answer holds besides the token.
base::Json without_token(const base::Json& members) {
  base::Json rest = base::Json::object();
  for (const auto& [name, value] : members.members())
    if (name != "oauth_token" && name != "oauth_token_secret") rest.set(name, value);
  return rest;
}

base::Json ask_request_token(const Outside& parts, const Provider& provider, const std::string& redirect_uri,
                             const http::Pairs& forwarded) {
  Call call{"POST", url_of(provider, "requestTokenUrl"), values_of(provider, {"tokenHeaders", "headers"})};
  call.oauth = {{"oauth_callback", redirect_uri}};
  call.form = values_of(provider, {"authorizationParams"});
  pass_on(call.form, forwarded);
  // Else a link could name another callback, client or token.
  std::erase_if(call.form, [](const auto& field) { return is_oauth_parameter(field.first); });
  base::Json members = read_token_answer(send(parts, provider, {}, call), "request token");
  // RFC 5849 §2.1: without it the provider speaks OAuth 1.0, where anybody can have a token authorized for
  // somebody else's browser.
  if (members.text_of("oauth_callback_confirmed") != "true")
    throw AuthError(Code::Callback, "request token: oauth_callback_confirmed is not true");
  return members;
}

base::Json ask_access_token(const Outside& parts, const Provider& provider, const Oauth1Answer& answer,
                            const model::Flow& flow) {
  Call call{"POST", url_of(provider, "accessTokenUrl"), values_of(provider, {"tokenHeaders", "headers"})};
  call.oauth = {{"oauth_verifier", answer.verifier}};
  call.form = values_of(provider, {"params"});
  std::erase_if(call.form, [](const auto& field) { return is_oauth_parameter(field.first); });
  return read_token_answer(send(parts, provider, {answer.token, flow.request_token_secret}, call),
                           "access token");
}

base::Json fetch_profile(const Outside& parts, const Provider& provider, const Token& token,
                         const Values& values) {
  Call call{provider.profile_method, url_of(provider, "profileUrl", values)};
  call.headers = {{"Accept", "application/json"}};
  for (const auto& [name, value] : values_of(provider, {"profileHeaders", "headers"}, values))
    http::put(call.headers, name, value);
  const http::Answer answer = send(parts, provider, token, call);
  check_status(answer, "profile request");
  return read_profile(answer);
}

base::Json oauth1_account(const Provider& provider, const base::Json& id, const TokenResponse& tokens) {
  const base::Json further = without_token(tokens.raw);
  return base::Json::object({{"provider", provider.id},
                             {"type", "oauth"},
                             {"id", id},
                             {"accessToken", tokens.access_token},
                             {"refreshToken", tokens.refresh_token},
                             {"results", further},
                             {"oauth_token", tokens.access_token},
                             {"oauth_token_secret", tokens.refresh_token},
                             {"params", further}});
}

}  // namespace

AuthorizationRequest oauth1_authorization_request(const Outside& parts, const Provider& provider,
                                                  const std::string& redirect_uri,
                                                  const std::string& csrf_token,
                                                  const http::Pairs& forwarded) {
  const base::Json members = ask_request_token(parts, provider, redirect_uri, forwarded);
  const Token token = token_of(members, "request token");
  AuthorizationRequest out{{}, begin_flow(provider, csrf_token, parts.clock.now())};
  out.flow.key_hash = oauth1_flow_key(provider, token.token, csrf_token);
  out.flow.request_token_secret = token.secret;
  // v3 puts the token's secret there too, for browsers' histories and servers' logs to keep.
  http::Pairs parameters{{"oauth_token", token.token}};
  const base::Json further = without_token(members);
  for (const auto& [name, value] : further.members()) http::put(parameters, name, value.text());
  out.url = http::with_query(url_of(provider, "authorizationUrl"), parameters);
  return out;
}

Identity oauth1_identify(const Outside& parts, const Provider& provider, const Oauth1Answer& answer,
                         const model::Flow& flow, const OwnProfile& own) {
  Identity who;
  who.tokens.raw = ask_access_token(parts, provider, answer, flow);
  const Token token = token_of(who.tokens.raw, "access token");
  // The names that the account's row has for them, as in v3.
  who.tokens.access_token = token.token;
  who.tokens.refresh_token = token.secret;
  const Values values{.code = {}, .tokens = who.tokens.raw, .access_token = token.token, .claims = {}};
  who.profile = fetch_profile(parts, provider, token, values);
  name_user(who, provider, values, oauth1_account(provider, {}, who.tokens), own);
  who.account = oauth1_account(provider, *who.user.find("id"), who.tokens);
  return who;
}

}  // namespace oauth
