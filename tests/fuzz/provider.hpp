#pragma once
// A provider that says what the input says.
#include "fixed.hpp"
#include "fuzz.hpp"
#include "oauth/oauth.hpp"

namespace fuzz {

constexpr const char* issuer = "https://op.example";
constexpr const char* secret = "client-s3cret";
constexpr const char* callback = "https://example.com/api/auth/callback/op";

/// An entry of the configuration that must be right.
inline providers::Provider provider(const char* json) {
  return providers::make_provider(base::parse_json(json),
                                  [](const std::string& pointer, const std::string& message) {
                                    require(false, (pointer + ": " + message).c_str());
                                  });
}

/// Found by discovery; its profile is the id_token.
inline const providers::Provider& openid() {
  static const providers::Provider op = provider(R"({"id":"op","name":"Op","type":"oauth",
      "issuer":"https://op.example","idToken":true,"clientId":"app","clientSecret":"client-s3cret"})");
  return op;
}

/// OAuth 2.0 alone.
inline const providers::Provider& plain() {
  static const providers::Provider op = provider(R"({"id":"op","name":"Op","type":"oauth",
      "authorizationUrl":"https://op.example/authorize?response_type=code",
      "accessTokenUrl":"https://op.example/token","profileUrl":"https://op.example/userinfo",
      "clientId":"app","clientSecret":"client-s3cret"})");
  return op;
}

/// Talks to it, which may fail in the ways that the routes know: why, for the log; "" if it did not.
template <typename Work>
std::string failure_of(Work work) {
  try {
    work();
    return "";
  } catch (const oauth::AuthError& error) {
    return error.what();
  } catch (const oauth::UnreadableProfile& error) {
    return error.what();
  } catch (const providers::Error& error) {
    return error.what();
  }
}

}  // namespace fuzz
