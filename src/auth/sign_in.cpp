#include "auth/auth.hpp"

namespace auth {
namespace {

std::optional<std::string> text(const base::Json& profile, std::string_view name) {
  const base::Json* value = profile.find(name);
  if (!value) return {};
  if (value->is_number()) return base::number_text(*value);
  return value->is_string() ? std::optional(value->text()) : std::nullopt;
}

model::User user_from(const base::Json& profile) {
  model::User user;
  user.name = text(profile, "name");
  user.email = text(profile, "email");
  user.image = text(profile, "image");
  if (user.email && user.email->empty()) user.email.reset();  // two without an address are not the same
  return user;
}

/// One sign-in inside its transaction.
class AccountSignIn {
 public:
  AccountSignIn(store::Store& store, const SignInParts& parts, const Visitor& visitor)
      : store_(store), parts_(parts), visitor_(visitor) {}

  SignedIn run(const base::Json& profile, const model::Account& account, const base::Json& account_json) {
    if (const auto owner = store_.user_by_account(account.provider_id, account.provider_account_id))
      return known_account(*owner);
    if (visitor_.user) return new_account_of_visitor(account, account_json);
    return new_user(profile, account, account_json);
  }

 private:
  SignedIn known_account(const model::User& owner) {
    if (visitor_.user && visitor_.user->id != owner.id)
      throw AuthError(Code::OAuthAccountNotLinked,
                      "the account belongs to another user than the one signed in");
    return signed_in(owner);
  }

  SignedIn new_account_of_visitor(const model::Account& account, const base::Json& account_json) {
    link(*visitor_.user, account, account_json);
    return signed_in(*visitor_.user);
  }

  SignedIn new_user(const base::Json& profile, const model::Account& account,
                    const base::Json& account_json) {
    const model::User wanted = user_from(profile);
    // Not joined by address: not every provider verifies the addresses it gives.
    if (wanted.email && store_.user_by_email(*wanted.email))
      throw AuthError(Code::OAuthAccountNotLinked, "the address belongs to a user who signed in differently");
    const model::User user = create(wanted);
    link(user, account, account_json);
    SignedIn result = signed_in(user);
    result.is_new_user = true;
    return result;
  }

  model::User create(const model::User& wanted) {
    try {
      model::User user = store_.create_user(wanted);
      events_.push_back({"createUser", model::to_json(user)});
      return user;
    } catch (const store::Conflict& error) {
      throw AuthError(Code::OAuthCreateAccount, error.what());
    }
  }

  void link(const model::User& user, model::Account account, const base::Json& account_json) {
    account.user_id = user.id;
    store_.link_account(account);
    events_.push_back({"linkAccount", base::Json::object({{"user", model::to_json(user)},
                                                          {"providerAccount", account_json}})});
  }

  /// A new token at every sign-in: one that somebody planted or saw before is worth nothing afterwards.
  SignedIn signed_in(const model::User& user) {
    SignedIn result{.user = model::to_json(user),
                    .session = {},
                    .is_new_user = false,
                    .is_stored = true,
                    .events = std::move(events_)};
    if (parts_.session.jwt) return result;
    if (!visitor_.session_token.empty()) store_.delete_session(visitor_.session_token);
    result.session = new_session(user.id, parts_.session, parts_.now, parts_.random);
    store_.create_session(*result.session);
    return result;
  }

  store::Store& store_;
  const SignInParts& parts_;
  const Visitor& visitor_;
  std::vector<Event> events_;
};

}  // namespace

SignedIn sign_in_account(store::Store& store, const SignInParts& parts, const Visitor& visitor,
                         const base::Json& profile, const model::Account& account,
                         const base::Json& account_json) {
  SignedIn result;
  store.transaction(
      [&] { result = AccountSignIn(store, parts, visitor).run(profile, account, account_json); });
  return result;
}

SignedIn sign_in_profile(const base::Json& profile) {
  return {.user = profile, .session = {}, .is_new_user = false, .is_stored = false, .events = {}};
}

}  // namespace auth
