#pragma once
// The protocol with providers: OAuth 2.0 (RFC 6749), PKCE (RFC 7636), OpenID Connect Core and Discovery 1.0;
// OAuth 1.0a (RFC 5849).
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "crypto/crypto.hpp"
#include "http/client.hpp"
#include "model/error.hpp"
#include "model/model.hpp"
#include "providers/providers.hpp"

namespace oauth {

using model::AuthError;
using model::Code;
using providers::Provider;

// --- documents of providers ---

struct Document {
  std::string body;
  base::Time fetched, expires;
};

/// Where documents are kept for all processes.
struct DocumentCache {
  virtual ~DocumentCache() = default;
  virtual std::optional<Document> find(const std::string& url) = 0;
  virtual void keep(const std::string& url, const Document&) = 0;
};

/// Discovery documents and key sets, in memory and in the cache for as long as HTTP allows.
class Documents {
 public:
  static constexpr base::Seconds default_lifetime{3600};
  static constexpr base::Seconds least_lifetime{60};
  static constexpr base::Seconds most_lifetime{86400};
  static constexpr base::Seconds refetch_interval{60};
  static constexpr base::Seconds slow_failure{1};      // one that took so long
  static constexpr base::Seconds failure_lifetime{5};  // is not waited for again meanwhile

  Documents(http::Client&, DocumentCache&, const base::Clock&);

  /// An object, read once for all who ask.
  using Known = std::shared_ptr<const base::Json>;

  /// The JSON object at this address. Throws AuthError(OAuthCallback) if it cannot be had; for a few seconds
  /// without asking again where that took long, else all threads would wait for a provider that is down.
  Known get(const std::string& url);
  /// The same fetched again, since something that should be in it is not; a null pointer if that was done a
  /// minute ago or less.
  Known get_again(const std::string& url);

  /// The keys of the set at this address, but for those that name another `kid` (crypto::read_jwk_set), each
  /// made once. Throws as get() does, and crypto::Error if it is no set.
  std::vector<crypto::Key> keys(const std::string& url, const std::optional<std::string>& kid);
  /// Of the set fetched again; none where get_again() gives a null pointer.
  std::vector<crypto::Key> keys_again(const std::string& url, const std::optional<std::string>& kid);

 private:
  struct Held {
    base::Time fetched, expires;
    Known json;                              // null of a mark
    std::shared_ptr<crypto::MadeKeys> keys;  // of a key set
  };
  struct Failure {
    std::string why;
    base::Time at;
  };

  Document fetch(const std::string& url);
  /// Fetched, understood and kept.
  Known fetch_and_remember(const std::string& url);
  void check_recent_failure(const std::string& url);
  void note_failure(const std::string& url, const std::string& why);
  /// Whether nobody has done so within the interval; then it is this caller's turn.
  bool may_fetch_again(const std::string& url);
  std::optional<Held> held(const std::string& url);
  /// What the cache has of it that is not too old.
  std::optional<Document> cached(const std::string& url);
  /// From memory or the cache; a null pointer if neither has it.
  Known remembered(const std::string& url);
  /// What another process has fetched since this one did.
  Known newer_elsewhere(const std::string& url);
  void hold(const std::string& url, const Document&, Known);
  std::vector<crypto::Key> keys_of(const std::string& url, const Known&,
                                   const std::optional<std::string>& kid);

  http::Client& client_;
  DocumentCache& cache_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Held> memory_;
  std::map<std::string, Failure> failures_;
  std::mutex refetching_;
};

// --- what is known of a provider ---

struct Metadata {
  std::string authorization_url, token_url, userinfo_url;  // "" where there is none
  std::string issuer;             // the document's, or the entry's; "" where neither is known
  std::string jwks_uri;           // "" where the id_token is not used
  std::vector<std::string> algs;  // accepted for the id_token's signature
  bool iss_required = false;      // RFC 9207: the answer carries `iss`
  bool supports_pkce = false;
  providers::ClientAuth client_auth = providers::ClientAuth::post;
};

/// Endpoints from the entry, else by discovery (OpenID Connect Discovery §4), which is only asked where it is
/// needed. Throws AuthError(OAuthCallback) if the document cannot be had or names another issuer.
Metadata metadata(const Provider&, Documents&);

/// state, PKCE and nonce: what the entry says and, unless the site's owner chose, what the provider can do
/// besides.
providers::Protection protection(const Provider&, const Metadata&);

// --- the authorization request ---

constexpr base::Seconds flow_lifetime{900};

struct AuthorizationRequest {
  std::string url;
  model::Flow flow;
};

/// `forwarded`: the signing-in page's query; what protects the flow cannot be replaced by it.
AuthorizationRequest authorization_request(const Provider&, const Metadata&, const std::string& redirect_uri,
                                           const std::string& csrf_token, const http::Pairs& forwarded,
                                           crypto::Random&, base::Time now);

// --- the answer ---

/// The parameters of a callback, from a query or a form.
struct CallbackAnswer {
  std::string code, state, iss, error, error_description, user;
};
/// Throws AuthError(OAuthCallback) if code, state, iss or error comes twice, or iss without a value.
CallbackAnswer read_answer(const http::Pairs&);

/// The key of the flow that this answer belongs to. Throws AuthError(OAuthCallback) if its state was made for
/// another browser than that of this CSRF token.
std::string flow_key(const Provider&, const CallbackAnswer&, const std::string& csrf_token);

/// The flow is of this provider and this browser and still fresh, and `iss` is right (RFC 9207), or
/// AuthError(OAuthCallback). Then, an error of the provider's is AuthError(Callback).
void check_answer(const Provider&, const Metadata&, const CallbackAnswer&, const model::Flow&,
                  const std::string& csrf_token, base::Time now);

// --- tokens and profile ---

/// What requests to providers are made with.
struct Outside {
  http::Client& client;
  crypto::Random& random;
  const base::Clock& clock;
};

/// Seconds that a client's assertion (private_key_jwt, client_secret_jwt) is good for: used at once, and
/// longer ones are refused by some.
constexpr base::Seconds assertion_lifetime{60};

struct TokenResponse {
  base::Json raw{};  // the whole answer
  std::string access_token{}, refresh_token{}, id_token{};
};

/// Redeems the code (RFC 6749 §4.1.3). Throws AuthError: Callback if the provider refuses; if it does
/// not answer Callback too, or OAuthCallback with a provider used by discovery.
TokenResponse token_request(const Outside&, const Provider&, const Metadata&, const std::string& code,
                            const std::string& redirect_uri, const std::string& code_verifier);

constexpr base::Seconds exp_leeway{10};  // clocks differ
constexpr base::Seconds iat_leeway{60};

/// What the id_token's claims must be (OpenID Connect Core §3.1.3.7).
struct Expected {
  std::string nonce;         // "" if none was sent
  bool nonce_may_lack;       // it must be right where there is one
  std::string access_token;  // for at_hash
  std::string code;          // for c_hash
  base::Time now;
};

/// The claims of a verified id_token. Throws AuthError(OAuthCallback), whose text names the rule that failed.
base::Json verify_id_token(const std::string& id_token, const Provider&, const Metadata&, Documents&,
                           const Expected&);

/// The claims of userinfo that is a signed JWT (OpenID Connect Core §5.3.2), verified but for `sub`: as of
/// the id_token, `iss`, `aud` and `exp` where they are given. Throws AuthError(OAuthCallback).
base::Json verify_userinfo(const std::string& jwt, const Provider&, const Metadata&, Documents&,
                           base::Time now);

constexpr size_t account_id_limit = 1024;  // bytes; OpenID Connect Core §2 has 255 for a `sub`

/// Who signed in.
struct Identity {
  base::Json user;     // the mapping's result, email in lower case
  base::Json account;  // as v3's callbacks see it: provider, type, id, accessToken, …
  base::Json profile;  // the provider's own
  TokenResponse tokens;
  std::string account_id;
};

/// The profile cannot be made out: v3 goes back to the sign-in page.
struct UnreadableProfile : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The user made out of profile and tokens by a function of the site owner's, in place of the mapping; none
/// where there is no such function.
using OwnProfile =
    std::function<std::optional<base::Json>(const base::Json& profile, const base::Json& tokens)>;

/// Everything between the callback and the accounts: tokens, id_token, profile, mapping.
/// Throws AuthError and UnreadableProfile.
Identity identify(const Outside&, Documents&, const Provider&, const Metadata&, const CallbackAnswer&,
                  const model::Flow&, const std::string& redirect_uri, const OwnProfile& = {});

// --- OAuth 1.0a ---

constexpr size_t oauth1_answer_limit = 16384;  // bytes of an answer that holds a token

/// Asks for a request token (RFC 5849 §2.1), whose secret stays in the flow. `forwarded`: the signing-in
/// page's query, which goes along as in v3. Throws AuthError if there is none to be had or the provider does
/// not confirm the callback.
AuthorizationRequest oauth1_authorization_request(const Outside&, const Provider&,
                                                  const std::string& redirect_uri,
                                                  const std::string& csrf_token,
                                                  const http::Pairs& forwarded);

/// The parameters of a callback (RFC 5849 §2.2).
struct Oauth1Answer {
  std::string token, verifier;
  std::string refusal;  // the provider's word for it; "" if the person agreed
};
/// Throws AuthError(OAuthCallback) if one of them comes twice.
Oauth1Answer read_oauth1_answer(const http::Pairs&);

/// The key of the flow of this request token and this browser.
std::string oauth1_flow_key(const Provider&, const std::string& token, const std::string& csrf_token);

/// The flow that oauth1_flow_key() led to. A refusal, or an answer without token or verifier, is
/// AuthError(Callback); no flow, or one that check_answer() would not take, is AuthError(OAuthCallback).
model::Flow check_oauth1_answer(const Provider&, const Oauth1Answer&, std::optional<model::Flow>,
                                const std::string& csrf_token, base::Time now);

/// Everything between the callback and the accounts: access token (RFC 5849 §2.3), profile, mapping.
/// Throws AuthError and UnreadableProfile.
Identity oauth1_identify(const Outside&, const Provider&, const Oauth1Answer&, const model::Flow&,
                         const OwnProfile& = {});

}  // namespace oauth
