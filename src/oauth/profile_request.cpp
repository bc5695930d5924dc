#include "base/text.hpp"
#include "oauth/shared.hpp"

namespace oauth {
namespace {

constexpr base::JsonOptions profile_json{.depth = 32, .unique_members = true};

struct ProfileRequest {
  std::string url;  // HubSpot's has the access token in its path
  http::Pairs headers;
  std::string access_token;
};

bool has_header(const http::Pairs& headers, std::string_view name) {
  for (const auto& header : headers)
    if (base::equal_ignoring_case(header.first, name)) return true;
  return false;
}

std::string profile_url(const Provider& provider, const Metadata& metadata, const providers::Values& values) {
  if (const auto own = providers::url(provider, "profileUrl", values)) return *own;
  if (metadata.userinfo_url.empty())
    throw AuthError(Code::OAuthCallback, "discovery document: no userinfo_endpoint");
  return metadata.userinfo_url;
}

http::Pairs profile_headers(const Provider& provider, const providers::Values& values) {
  http::Pairs headers{{"Accept", "application/json"}};
  for (const char* key : {"profileHeaders", "headers"})
    for (const auto& [name, value] : providers::texts(provider, key, values))
      if (value) http::put(headers, name, *value);
  if (provider.use_auth_token_header) http::put(headers, "Authorization", "Bearer " + values.access_token);
  return headers;
}

ProfileRequest profile_request(const Provider& provider, const Metadata& metadata,
                               const providers::Values& values) {
  ProfileRequest request{profile_url(provider, metadata, values), profile_headers(provider, values),
                         values.access_token};
  const bool in_query = !provider.use_auth_token_header && !has_header(request.headers, "Authorization");
  const auto parsed = http::parse_url(request.url);
  if (in_query && parsed && ("&" + parsed->query).find("&access_token=") == std::string::npos)
    request.url = http::with_query(request.url, {{"access_token", values.access_token}});
  return request;
}

http::Answer send(http::Client& client, const Provider& provider, const std::string& method,
                  const ProfileRequest& request) {
  try {
    return client.send(
        {.method = method, .url = request.url, .headers = request.headers, .body = {}, .follow = true});
  } catch (const http::Unreachable& error) {
    throw AuthError(no_answer(provider), without_secrets(error.what(), {request.access_token}));
  }
}

/// Further requests: GitHub's private address, Bitbucket's.
void add_extra(http::Client& client, const Provider& provider, const providers::Values& values,
               const http::Pairs& headers, base::Json& profile) {
  const base::Json* extra = provider.entry.find("profileExtra");
  if (!extra || !extra->is_object()) return;
  for (const auto& [name, request] : extra->members()) {
    const auto unless = request.text_of("unless");
    const base::Json* known = unless ? providers::find_path(profile, *unless) : nullptr;
    if (known && !known->is_falsy()) continue;
    try {
      const std::string url = providers::expand_url(provider, request.text_of("url").value_or(""), values);
      const http::Answer answer = send(client, provider, "GET", {url, headers, values.access_token});
      auto json = base::try_parse_json(answer.body, profile_json);
      if (answer.status >= 200 && answer.status < 300 && json) profile.set(name, std::move(*json));
    } catch (const AuthError&) {
      // The sign-in goes on without it.
    } catch (const providers::Error&) {
      // Without an address for it, too.
    }
  }
}

/// OpenID Connect Core §5.3.2: else a mixed-up answer would sign in somebody else.
void check_subject(const base::Json& profile, const base::Json& claims) {
  if (claims.is_null()) return;
  if (profile.text_of("sub").value_or("") != claims.text_of("sub"))
    throw AuthError(Code::OAuthCallback, "userinfo: sub is not the id_token's");
}

bool is_jwt(const http::Answer& answer) {
  return base::lower(answer.header("Content-Type")).starts_with("application/jwt");
}

base::Json fetch_profile(const Outside& outside, Documents& documents, const Provider& provider,
                         const Metadata& metadata, const providers::Values& values) {
  const ProfileRequest request = profile_request(provider, metadata, values);
  const http::Answer answer = send(outside.client, provider, provider.profile_method, request);
  const bool is_userinfo = !values.claims.is_null();
  if (is_userinfo ? answer.status != 200 : answer.status < 200 || answer.status > 299)
    throw AuthError(Code::Callback, "profile request: status " + std::to_string(answer.status));
  base::Json profile = is_userinfo && is_jwt(answer)
                           ? verify_userinfo(answer.body, provider, metadata, documents, outside.clock.now())
                           : read_profile(answer);
  check_subject(profile, values.claims);
  add_extra(outside.client, provider, values, request.headers, profile);
  return profile;
}

bool promises_id_token(const Provider& provider, const Metadata& metadata) {
  const bool openid = provider.scope && (" " + *provider.scope + " ").find(" openid ") != std::string::npos;
  return provider.id_token || (!provider.issuer.empty() && openid) || protection(provider, metadata).nonce;
}

/// The catalogue leaves the nonce out of `protection` where the provider leaves it out of its id_tokens, as
/// LinkedIn does. One that puts it in is held to it all the same; and without state it is all there is.
bool may_lack_nonce(const Provider& provider) {
  return provider.entry.find("protection") && provider.protection.state && !provider.protection.nonce;
}

base::Json claims_of(const Provider& provider, const Metadata& metadata, Documents& documents,
                     const TokenResponse& tokens, const std::string& code, const model::Flow& flow,
                     base::Time now) {
  if (!promises_id_token(provider, metadata)) {
    // A provider used by OpenID Connect discovery: what it sends is verified even where it is not needed.
    if (provider.issuer.empty() || tokens.id_token.empty()) return {};
  }
  if (tokens.id_token.empty()) throw AuthError(Code::OAuthCallback, "token response: no id_token");
  return verify_id_token(tokens.id_token, provider, metadata, documents,
                         {.nonce = flow.nonce,
                          .nonce_may_lack = may_lack_nonce(provider),
                          .access_token = tokens.access_token,
                          .code = code,
                          .now = now});
}

/// The form field `user`, which Apple sends at a person's first sign-in only.
void add_callback_user(const Provider& provider, const CallbackAnswer& answer, base::Json& profile) {
  if (!provider.callback_user || answer.user.empty()) return;
  auto user = base::try_parse_json(answer.user, profile_json);
  if (!user) throw AuthError(Code::Callback, "the provider's parameter user is no JSON");
  profile.set("user", std::move(*user));
}

/// "" if it is neither a non-empty text, no longer than allowed, nor an integer.
std::string account_id(const base::Json& user) {
  const base::Json* id = user.find("id");
  if (id && id->is_integer()) return base::number_text(*id);
  return id && id->is_string() && id->text().size() <= account_id_limit ? id->text() : std::string();
}

base::Json account_json(const Provider& provider, const base::Json& id, const TokenResponse& tokens) {
  base::Json account = base::Json::object({{"provider", provider.id}, {"type", "oauth"}, {"id", id}});
  if (!tokens.access_token.empty()) account.set("accessToken", tokens.access_token);
  account.set("accessTokenExpires", nullptr);
  if (!tokens.refresh_token.empty()) account.set("refreshToken", tokens.refresh_token);
  if (!tokens.id_token.empty()) account.set("idToken", tokens.id_token);
  if (tokens.raw.is_object())
    for (const auto& [name, value] : tokens.raw.members())
      // v3 lets the answer replace these: then a provider could name another provider's account.
      if (name != "provider" && name != "type" && name != "id") account.set(name, value);
  return account;
}

base::Json mapped(const Provider& provider, const base::Json& profile, const providers::Values& values) {
  try {
    return providers::map_profile(provider, profile, values);
  } catch (const providers::Error& error) {
    throw UnreadableProfile(error.what());
  }
}

base::Json user_of(const Provider& provider, const base::Json& profile, const providers::Values& values,
                   base::Json tokens, const OwnProfile& own) {
  for (const char* name : {"provider", "type", "id"}) tokens.erase(name);
  std::optional<base::Json> made;
  if (own) made = own(profile, tokens);
  base::Json user = made ? std::move(*made) : mapped(provider, profile, values);
  const base::Json* email = user.find("email");
  if (email && !email->is_null() && !email->is_string())
    throw UnreadableProfile("the profile's address is no text");
  user.set("email", email && email->is_string() ? base::Json(base::lower(email->text())) : base::Json());
  return user;
}

}  // namespace

base::Json read_profile(const http::Answer& answer) {
  auto profile = base::try_parse_json(answer.body, profile_json);
  if (!profile || !profile->is_object()) throw UnreadableProfile("profile request: no JSON object");
  return std::move(*profile);
}

void name_user(Identity& who, const Provider& provider, const providers::Values& values,
               const base::Json& account, const OwnProfile& own) {
  who.user = user_of(provider, who.profile, values, account, own);
  who.account_id = account_id(who.user);
  if (who.account_id.empty()) throw AuthError(Code::Callback, "the profile has no id");
  // It goes on into mails and headers, by way of programs that expect an address.
  if (base::has_control(who.user.text_of("email").value_or("")))
    throw AuthError(Code::Callback, "the profile's email has a control character");
}

Identity identify(const Outside& outside, Documents& documents, const Provider& provider,
                  const Metadata& metadata, const CallbackAnswer& answer, const model::Flow& flow,
                  const std::string& redirect_uri, const OwnProfile& own) {
  Identity who;
  who.tokens = token_request(outside, provider, metadata, answer.code, redirect_uri, flow.code_verifier);
  providers::Values values{
      .code = answer.code, .tokens = who.tokens.raw, .access_token = who.tokens.access_token, .claims = {}};
  values.claims =
      claims_of(provider, metadata, documents, who.tokens, answer.code, flow, outside.clock.now());
  who.profile =
      provider.id_token ? values.claims : fetch_profile(outside, documents, provider, metadata, values);
  add_callback_user(provider, answer, who.profile);
  name_user(who, provider, values, account_json(provider, {}, who.tokens), own);
  who.account = account_json(provider, *who.user.find("id"), who.tokens);
  return who;
}

}  // namespace oauth
