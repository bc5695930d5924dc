#include "auth/auth.hpp"

namespace auth {
namespace {

/// One sign-in inside its transaction.
class EmailSignIn {
 public:
  EmailSignIn(store::Store& store, const SignInParts& parts, const Visitor& visitor)
      : store_(store), parts_(parts), visitor_(visitor) {}

  SignedIn run(const std::string& address) {
    auto known = store_.user_by_email(address);
    return known ? known_user(std::move(*known)) : new_user(address);
  }

 private:
  SignedIn known_user(model::User user) {
    user.email_verified = parts_.now;
    user = store_.update_user(user);
    // This browser's session, somebody else's perhaps, is over.
    if (!visitor_.session_token.empty()) store_.delete_session(visitor_.session_token);
    return signed_in(user, false, "updateUser");
  }

  /// As in v3, a session that this browser had lives on in its row.
  SignedIn new_user(const std::string& address) {
    model::User user;
    user.email = address;
    user.email_verified = parts_.now;
    try {
      user = store_.create_user(user);
    } catch (const store::Conflict& error) {
      throw AuthError(Code::EmailCreateAccount, error.what());
    }
    return signed_in(user, true, "createUser");
  }

  SignedIn signed_in(const model::User& user, bool is_new, const char* event) {
    SignedIn result{.user = model::to_json(user),
                    .session = {},
                    .is_new_user = is_new,
                    .is_stored = true,
                    .events = {{event, model::to_json(user)}}};
    if (parts_.session.jwt) return result;
    result.session = new_session(user.id, parts_.session, parts_.now, parts_.random);
    store_.create_session(*result.session);
    return result;
  }

  store::Store& store_;
  const SignInParts& parts_;
  const Visitor& visitor_;
};

}  // namespace

SignedIn sign_in_email(store::Store& store, const SignInParts& parts, const Visitor& visitor,
                       const std::string& address) {
  SignedIn result;
  store.transaction([&] { result = EmailSignIn(store, parts, visitor).run(address); });
  return result;
}

}  // namespace auth
