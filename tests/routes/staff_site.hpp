#pragma once
// A site whose people sign in with a name and a password.
#include "../support/world.hpp"

namespace staff_site {

using namespace support;

inline const Json form =
    base::parse_json(R"({"login": {"label": "Login"}, "password": {"type": "password", "label": ""}})");
inline const Json jane =
    base::parse_json(R"({"id": 7, "name": "Jane", "email": "Jane@Example.com", "image": ""})");

inline Setup with_staff(bool jwt, bool database = true) {
  Setup setup;
  setup.jwt = jwt;
  setup.database = database;
  setup.more = {
      Json::object({{"id", "staff"}, {"type", "credentials"}, {"credentials", form}, {"authorize", "lua"}}),
      Json::object({{"id", "guests"}, {"type", "credentials"}, {"credentials", form}, {"authorize", "lua"}})};
  return setup;
}

/// A site whose `authorize` knows the password "right".
struct Site : World {
  Json user = jane;
  Json asked;
  Json signed_in_as, account, submitted;  // what the signIn callback got

  explicit Site(bool with_jwt = true, bool with_database = true)
      : World(with_staff(with_jwt, with_database)) {
    options.authorize["staff"] = credentials::Lua{};
    options.authorize["guests"] = credentials::Lua{};
    options.rate_limits = {{0, {}}, {0, {}}, {0, {}}};
    hooks.on_authorize = [this](const Json& fields) {
      asked = fields;
      return fields.text_of("password") == "right" ? user : Json();
    };
  }

  void sign_in_callback(const std::function<hooks::SignInAnswer()>& answer) {
    hooks.on_sign_in = [this, answer](const Json& who, const Json& with, const Json& what) {
      signed_in_as = who;
      account = with;
      submitted = what;
      return answer();
    };
  }

  Reply submit(const http::Pairs& more = {}, const std::string& id = "staff") {
    return submit(browser, more, id);
  }
  static Reply submit(Browser& from, const http::Pairs& more = {}, const std::string& id = "staff") {
    http::Pairs fields{{"csrfToken", from.csrf()}, {"login", "jane"}, {"password", "right"}};
    for (const auto& [name, value] : more) http::put(fields, name, value);
    return from.post("/callback/" + id, fields);
  }
  bool nobody() { return session() == Json::object(); }
};

}  // namespace staff_site
