#pragma once
// An OpenID provider behind the client: real keys, real signatures, and it lies on request.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "fakes.hpp"
#include "keys.hpp"

namespace support {

class HostileProvider {
 public:
  /// Answers discovery, keys, tokens and userinfo at this address from now on.
  HostileProvider(FakeClient&, const FakeClock&);

  static constexpr const char* issuer = "https://op.example";
  static constexpr const char* client_id = "app";
  static constexpr const char* client_secret = "client-s3cret";
  const std::string access_token = "access-t0ken", refresh_token = "refresh-t0ken";
  base::Json person = base::Json::object(
      {{"sub", "ann"}, {"name", "Ann"}, {"email", "Ann@Example.com"}, {"picture", "https://op.example/ann"}});

  // What an assertion must be signed with, which then stands for the secret.
  std::optional<crypto::Key> client_key;
  std::string client_alg;

  // Where it may lie: each is laid over what an honest provider says.
  base::Json document;                // of discovery
  base::Json key = new_ec_key("k1");  // that signs
  std::string alg = "ES256";          // with this algorithm
  base::Json header{};                // of the id_token, besides alg and kid
  base::Json keys;                    // the set it publishes
  std::function<void(base::Json& claims)> in_claims;
  std::function<std::string(const base::Json& claims)> instead_of_signing;
  std::function<void(base::Json& tokens)> in_tokens;
  std::function<void(base::Json& profile)> in_userinfo;
  std::function<void(http::Pairs& parameters)> in_answer;

  /// What goes into `providers`, with further members laid over it.
  base::Json entry(const base::Json& more = base::Json::object()) const;
  /// The same without discovery: plain OAuth 2.0 by the same endpoints, under this id.
  static base::Json plain_entry(const std::string& id, const base::Json& more = base::Json::object());
  /// The person agrees: the callback's parameters.
  http::Pairs approve(const std::string& authorization_url);
  /// Publishes another key from now on.
  void rotate(const std::string& kid);
  /// The claims of an honest id_token with this nonce.
  base::Json claims(const std::string& nonce) const;
  std::string sign(const base::Json& claims) const;

  std::string last_code, last_id_token, last_code_verifier;

 private:
  struct Grant {
    std::string nonce, challenge, redirect_uri;
  };
  http::Answer token_endpoint(const http::Outgoing&);
  http::Answer userinfo_endpoint(const http::Outgoing&);
  base::Json tokens(const Grant&);
  /// RFC 7523 §3, as far as one provider can judge.
  bool is_client_assertion(const http::Pairs& form);

  const FakeClock& clock_;
  std::map<std::string, Grant> grants_;
  std::set<std::string> seen_jti_;
};

}  // namespace support
