#include <doctest/doctest.h>

#include <algorithm>

#include "providers/providers.hpp"
#include "support.hpp"

using providers::ClientAuth;

TEST_CASE("the catalogue has a file for each id, and each file has its name as id") {
  const auto ids = providers::catalogue_ids();
  CHECK(ids.size() > 120);
  CHECK(std::is_sorted(ids.begin(), ids.end()));
  for (const std::string& id : ids) CHECK(providers::catalogue(id)->text_of("id") == id);
}

TEST_CASE("an id that is not in the catalogue has no entry") {
  CHECK_FALSE(providers::catalogue("no-such-provider"));
  CHECK_FALSE(providers::catalogue("../store/github"));
  CHECK_FALSE(providers::catalogue(""));
}

TEST_CASE("every entry of the catalogue can be used with its example options") {
  for (const std::string& id : providers::catalogue_ids()) {
    CAPTURE(id);
    const auto provider = accepted(example_configuration(id));
    CHECK(provider.id == id);
    CHECK(provider.name == provider.entry.text_of("name"));
  }
}

TEST_CASE("every entry of the catalogue stands the checks that one's own must stand") {
  for (const std::string& id : providers::catalogue_ids()) {
    CAPTURE(id);
    base::Json own = providers::catalogue(id).value();
    const base::Json example = example_configuration(id);
    for (const auto& [name, value] : example.members()) own.set(name, value);
    CHECK(accepted(own).id == id);
  }
}

TEST_CASE("every required option of the catalogue is asked for by its name") {
  for (const std::string& id : providers::catalogue_ids()) {
    const base::Json entry = providers::catalogue(id).value();
    const base::Json* options = entry.find("options");
    if (!options) continue;
    for (const auto& [name, option] : options->members()) {
      if (!option.find("required")) continue;
      base::Json configured = example_configuration(id);
      configured.erase(name);
      CAPTURE(id);
      CHECK(complaints(configured) ==
            std::vector<std::string>{": the option \"" + name + "\" is missing (for example \"" +
                                     option.text_of("example").value() + "\")"});
    }
  }
}

TEST_CASE("an example of the documentation is accepted: GitHub's private addresses") {
  const auto provider = accepted(R"({ "id": "github", "clientId": "app", "clientSecret": "s3cret",
    "profileExtra": { "emails": { "url": "https://api.github.com/user/emails", "unless": "email" } },
    "profile": { "id": "id", "name": { "first": ["name", "login"] }, "image": "avatar_url",
                 "email": { "first": ["email", "emails.[primary].email", "emails.0.email"] } } })");
  const auto user =
      providers::map_profile(provider, base::parse_json(R"({ "id": 1, "login": "octocat", "email": null,
    "emails": [ { "email": "a@example.com", "primary": false }, { "email": "b@example.com", "primary": true } ] })"));
  CHECK(user.text_of("email") == "b@example.com");
}

TEST_CASE("v3's quirks are in the entries") {
  const auto slack = accepted(example_configuration("slack"));
  CHECK_FALSE(slack.scope);
  CHECK(slack.access_token_path == "authed_user.access_token");
  CHECK(accepted(example_configuration("dropbox")).profile_method == "POST");
  CHECK(accepted(example_configuration("reddit")).client_auth == ClientAuth::both);
  CHECK(accepted(example_configuration("box")).scope == "");
  const auto apple = accepted(example_configuration("apple"));
  CHECK(apple.id_token);
  CHECK(apple.callback_user);
  CHECK_FALSE(apple.protection.state);
  CHECK_FALSE(accepted(example_configuration("twitter")).oauth2);
  const auto dropbox = accepted(example_configuration("dropbox")).protection;
  CHECK(dropbox.state);
  CHECK(dropbox.pkce);
  CHECK_FALSE(dropbox.chosen);
}

TEST_CASE("Bungie's API key may be given as v3 takes it, and then the option is not asked for") {
  const auto provider =
      accepted(R"({ "id": "bungie", "clientId": "app", "headers": { "X-API-Key": "key" } })");
  REQUIRE(providers::texts(provider, "headers").size() == 1);
  CHECK(providers::texts(provider, "headers")[0].second == "key");
}

TEST_CASE("Battle.net's host follows the region, and may be given instead of it") {
  auto url = [](const char* json) { return providers::url(accepted(json), "accessTokenUrl").value(); };
  CHECK(url(R"({"id":"battlenet","clientId":"a","region":"EU"})") == "https://EU.battle.net/oauth/token");
  CHECK(url(R"({"id":"battlenet","clientId":"a","region":"CN"})") ==
        "https://www.battlenet.com.cn/oauth/token");
  CHECK(url(R"({"id":"battlenet","clientId":"a","host":"oauth.battle.net"})") ==
        "https://oauth.battle.net/oauth/token");
}

TEST_CASE("FusionAuth's tenant is in the URL only where one is given") {
  auto url = [](const char* json) { return providers::url(accepted(json), "authorizationUrl").value(); };
  CHECK(url(R"({"id":"fusionauth","clientId":"a","domain":"auth.example.com"})") ==
        "https://auth.example.com/oauth2/authorize?response_type=code");
  CHECK(url(R"({"id":"fusionauth","clientId":"a","domain":"auth.example.com","tenantId":"t1"})") ==
        "https://auth.example.com/oauth2/authorize?response_type=code&tenantId=t1");
}
