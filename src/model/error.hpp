#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace model {

/// v3's error codes: all that a visitor learns.
enum class Code {
  Signin,
  OAuthSignin,
  OAuthCallback,
  OAuthCreateAccount,
  EmailCreateAccount,
  Callback,
  OAuthAccountNotLinked,
  EmailSignin,
  CredentialsSignin,
  AccessDenied,
  Verification,
  Configuration,
};

/// "OAuthCallback", as it stands in ?error=.
std::string_view name(Code);

struct AuthError : std::runtime_error {  // what() is for the log
  AuthError(Code error_code, const std::string& why) : std::runtime_error(why), code(error_code) {}
  Code code;
};

/// The database could not do it; what() names the file and the reason.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The configuration does not allow it; what() names the key.
struct ConfigError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace model
