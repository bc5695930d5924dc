#pragma once
// Private to the folder: what may be wrong with an entry.
#include <functional>
#include <string>
#include <string_view>

#include "providers/providers.hpp"

namespace providers {

/// Where in the entry, and whom to tell.
struct Place {
  const Complain& complain;
  std::string pointer;

  void say(const std::string& message) const { complain(pointer, message); }
  /// The place of this member.
  Place at(std::string_view name) const;
};

/// Is it there, and neither null nor ""?
bool is_given(const base::Json* value);
/// The entry's declared options; an empty object if there are none.
const base::Json& declared_options(const base::Json& entry);

// --- keys.cpp ---

/// Complains about every key that is configured, and unknown or of the wrong type. `entry` declares the
/// options.
void check_keys(const base::Json& configured, const base::Json& entry, Type, const Place&);
/// Is it a key of an OAuth provider?
bool is_key(std::string_view name);

// --- client.cpp ---

/// What the provider knows this site by goes from the entry to where no text can name it. Complains about a
/// key that cannot be used.
void take_client(Provider&, const Place&);
/// How this site says who it is; `issuer` and take_client's are there.
ClientAuth client_auth_of(const Provider&);
/// Complains where that is not possible. `whole`: the entry with all its keys.
void check_client(const Provider&, const base::Json& whole, const Place&);

// --- names.cpp ---

/// A set of the names whose values come from outside.
using Outside = unsigned;
constexpr Outside no_outside = 0, code = 1, tokens = 2, access_token = 4, claims = 8;

struct NameUse {
  std::function<void(const Place&, std::string_view path, Outside allowed)> name;
  std::function<void(const Place&, const std::string& problem)> malformed;
};
/// Calls `use` with every path of placeholders in the entry; `oidc` is passed over unless it is in use.
void each_name(const base::Json& entry, bool with_oidc, const Place&, const NameUse& use);
/// The same for an option's default, or for a member of `oidc`: a text, a list of texts or an expression.
void each_name_of_fact(const base::Json& fact, Outside allowed, const Place&, const NameUse& use);

// --- options.cpp ---

bool is_required_option(const base::Json& entry, std::string_view name);
/// The values of the options, of clientId and of issuer. Complains about a default that depends on itself.
base::Json resolve_options(const base::Json& entry, const Place&);
/// Complains about every required option that is not given and that the entry needs; true if there is one.
bool miss_options(const base::Json& entry, bool with_oidc, const Place&);

// --- check_texts.cpp ---

/// Complains about placeholders that are unknown or, unless options are missing anyway, have no value, and
/// about URLs that are not https.
void check_texts(const Provider&, bool options_missing, const Place&);

}  // namespace providers
