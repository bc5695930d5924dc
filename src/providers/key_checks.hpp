#pragma once
// Private to the folder: what a key's value must be.
#include <vector>

#include "providers/check.hpp"

namespace providers {

struct Key {
  std::string_view name;
  void (*check)(const base::Json&, const Place&);
};

/// Complains about members that are none of the keys or of `others`, and checks the rest.
void check_members(const base::Json& object, const std::vector<Key>& keys, const Place&,
                   const std::vector<std::string_view>& others = {});

void anything(const base::Json&, const Place&);
void text(const base::Json&, const Place&);
void flag(const base::Json&, const Place&);
/// A whole number above 0.
void count(const base::Json&, const Place&);
void id(const base::Json&, const Place&);
void type(const base::Json&, const Place&);
void version(const base::Json&, const Place&);
void profile_method(const base::Json&, const Place&);
void encoding(const base::Json&, const Place&);
void client_auth(const base::Json&, const Place&);
void scope(const base::Json&, const Place&);
void protection(const base::Json&, const Place&);
/// An object whose members are texts or null.
void params(const base::Json&, const Place&);
/// The same; the names must be header names.
void headers(const base::Json&, const Place&);
void profile_extra(const base::Json&, const Place&);
void profile(const base::Json&, const Place&);
void oidc_facts(const base::Json&, const Place&);
void client_secret(const base::Json&, const Place&);
void client_secret_jwt_facts(const base::Json&, const Place&);
void client_key(const base::Json&, const Place&);
void option_declarations(const base::Json&, const Place&);
void form_fields(const base::Json&, const Place&);
void authorize(const base::Json&, const Place&);

}  // namespace providers
