#include "model/error.hpp"

namespace model {

std::string_view name(Code code) {
  switch (code) {
    case Code::Signin:
      return "Signin";
    case Code::OAuthSignin:
      return "OAuthSignin";
    case Code::OAuthCallback:
      return "OAuthCallback";
    case Code::OAuthCreateAccount:
      return "OAuthCreateAccount";
    case Code::EmailCreateAccount:
      return "EmailCreateAccount";
    case Code::Callback:
      return "Callback";
    case Code::OAuthAccountNotLinked:
      return "OAuthAccountNotLinked";
    case Code::EmailSignin:
      return "EmailSignin";
    case Code::CredentialsSignin:
      return "CredentialsSignin";
    case Code::AccessDenied:
      return "AccessDenied";
    case Code::Verification:
      return "Verification";
    case Code::Configuration:
      return "Configuration";
  }
  return "Configuration";
}

}  // namespace model
