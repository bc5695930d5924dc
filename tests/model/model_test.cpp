#include "model/model.hpp"

#include <doctest/doctest.h>

#include "model/error.hpp"

using namespace model;

namespace {

base::Json id_of(const char* id) {
  User user;
  user.id = id;
  return *to_json(user).find("id");
}

}  // namespace

TEST_CASE("every error has v3's name") {
  const std::pair<Code, const char*> table[] = {{Code::Signin, "Signin"},
                                                {Code::OAuthSignin, "OAuthSignin"},
                                                {Code::OAuthCallback, "OAuthCallback"},
                                                {Code::OAuthCreateAccount, "OAuthCreateAccount"},
                                                {Code::EmailCreateAccount, "EmailCreateAccount"},
                                                {Code::Callback, "Callback"},
                                                {Code::OAuthAccountNotLinked, "OAuthAccountNotLinked"},
                                                {Code::EmailSignin, "EmailSignin"},
                                                {Code::CredentialsSignin, "CredentialsSignin"},
                                                {Code::AccessDenied, "AccessDenied"},
                                                {Code::Verification, "Verification"},
                                                {Code::Configuration, "Configuration"}};
  for (const auto& [code, text] : table) CHECK(name(code) == text);
}

TEST_CASE("a user is shown with v3's members, dates as JavaScript writes them") {
  User user{.id = "7",
            .name = "Ann",
            .email = {},
            .image = "a.png",
            .email_verified = base::parse_time("2026-11-23 16:00:00"),
            .created_at = {},
            .updated_at = {}};
  CHECK(base::to_json(to_json(user)) ==
        R"({"id":7,"name":"Ann","email":null,"emailVerified":"2026-11-23T16:00:00.000Z","image":"a.png",)"
        R"("createdAt":null,"updatedAt":null})");
}

TEST_CASE("an id is a number where it is one in the database") {
  CHECK(id_of("1") == base::Json(1));
  CHECK(id_of("999999999999999") == base::Json(999999999999999));
  for (const char* text : {"", "01", "0", "-1", "1a", "1.5", "1000000000000000", " 1"})
    CHECK(id_of(text) == base::Json(text));
}

TEST_CASE("a site's root is its base URL and path") {
  CHECK(Site{"https://example.com", "/api/auth"}.root() == "https://example.com/api/auth");
}
