// OAuth 1.0a, with a provider that answers as each test tells it to.
#include <doctest/doctest.h>

#include "../providers/support.hpp"
#include "scripted.hpp"

using model::AuthError;
using namespace std::chrono_literals;

namespace {

const std::string csrf_token(64, 'c');
const std::string good_request = "oauth_token=rt&oauth_token_secret=rs&oauth_callback_confirmed=true";

base::Json photos(std::string_view further = "{}") {
  base::Json configured = base::parse_json(R"({
    "id": "photos", "version": "1.0A", "clientId": "app", "clientSecret": "s3cret",
    "requestTokenUrl": "https://photos.example.net/initiate",
    "authorizationUrl": "https://photos.example.net/authorize?view=small",
    "accessTokenUrl": "https://photos.example.net/token",
    "profileUrl": "https://photos.example.net/me?include_email=true",
    "profile": { "id": "id_str", "name": "name", "email": "email", "image": "$tokens.picture" }
  })");
  const base::Json members = base::parse_json(further);
  for (const auto& [name, value] : members.members()) configured.set(name, value);
  return configured;
}

struct World {
  scripted::Client client;
  scripted::Clock clock;
  scripted::Random random;
  providers::Provider provider;
  std::string request_token = good_request;
  std::string access_token = "oauth_token=at&oauth_token_secret=as&user_id=7&picture=https://p.example/7";
  http::Answer profile{200, {}, R"({"id_str":"7","name":"Ann","email":"Ann@Example.com"})"};

  explicit World(std::string_view further = "{}") : provider(accepted(photos(further))) {
    client.answer = [this](const http::Outgoing& request) -> http::Answer {
      if (request.url.ends_with("/initiate")) return {200, {}, request_token};
      if (request.url.ends_with("/token")) return {200, {}, access_token};
      return profile;
    };
  }

  oauth::AuthorizationRequest start(const http::Pairs& forwarded = {}) {
    return oauth::oauth1_authorization_request({client, random, clock}, provider,
                                               "https://site.example/api/auth/callback/photos", csrf_token,
                                               forwarded);
  }
  model::Flow check(const http::Pairs& answer, std::optional<model::Flow> flow,
                    const std::string& token = csrf_token) {
    return oauth::check_oauth1_answer(provider, oauth::read_oauth1_answer(answer), std::move(flow), token,
                                      clock.now());
  }
  oauth::Identity identify() {
    const auto flow = start().flow;
    return oauth::oauth1_identify({client, random, clock}, provider, {"rt", "v", ""}, flow);
  }
};

/// The code it fails with, and why; "" if it does not.
std::string failure(const std::function<void()>& attempt) {
  try {
    attempt();
  } catch (const AuthError& error) {
    return std::string(name(error.code)) + ": " + error.what();
  }
  return "";
}

const http::Pairs agreed{{"oauth_token", "rt"}, {"oauth_verifier", "v"}};

std::string authorization(const http::Outgoing& request) {
  return http::first(request.headers, "Authorization").value_or("");
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("OAuth 1.0a: the browser is sent on with the token, its secret stays here") {
  World w;
  const auto request = w.start();
  CHECK(request.url ==
        "https://photos.example.net/authorize?view=small&oauth_token=rt&oauth_callback_confirmed=true");
  CHECK(request.flow.request_token_secret == "rs");
  CHECK(request.flow.provider_id == "photos");
  CHECK(request.flow.key_hash == oauth::oauth1_flow_key(w.provider, "rt", csrf_token));
  CHECK(request.flow.expires == w.clock.now() + 15min);
}

TEST_CASE("OAuth 1.0a: the request for a token names client, callback, time, and a nonce of its own") {
  World w;
  w.start();
  w.start();
  const std::string first = authorization(w.client.asked[0]), second = authorization(w.client.asked[1]);
  CHECK(w.client.asked[0].method == "POST");
  CHECK(w.client.asked[0].body == "");
  for (const char* part :
       {"OAuth ", R"(oauth_callback="https%3A%2F%2Fsite.example%2Fapi%2Fauth%2Fcallback%2Fphotos")",
        R"(oauth_consumer_key="app")", R"(oauth_nonce="000102030405060708090a0b")",
        R"(oauth_signature_method="HMAC-SHA1")", R"(oauth_timestamp="1795449600")", R"(oauth_version="1.0")"})
    CHECK_MESSAGE(has(first, part), part);
  CHECK_FALSE(has(first, "oauth_token="));
  CHECK(has(second, R"(oauth_nonce="0c0d0e0f1011121314151617")"));
  CHECK_FALSE(has(first, "s3cret"));
}

TEST_CASE("OAuth 1.0a: a secret that an address holds is not told when nobody answers there") {
  World w(R"({"profileUrl": "https://photos.example.net/{tokens.oauth_token}/{tokens.oauth_token_secret}"})");
  w.access_token = "oauth_token=at%2Fat&oauth_token_secret=a+secret";
  const auto answer = w.client.answer;
  w.client.answer = [&](const http::Outgoing& request) {
    if (request.url.find(".net/at") != std::string::npos)
      throw http::Unreachable(request.url + ": timed out");
    return answer(request);
  };
  CHECK(failure([&] { w.identify(); }) == "Callback: https://photos.example.net/…/…: timed out");
}

TEST_CASE("OAuth 1.0a: the page's query goes along as in v3, but never over what the protocol says") {
  World w(R"({"authorizationParams": {"x_auth_access_type": "read", "perms": "all"}})");
  w.start({{"perms", "some"},
           {"oauth_callback", "https://evil.example"},
           {"oauth_consumer_key", "evil"},
           {"oauth_token", "evil"}});
  CHECK(w.client.asked[0].body == "x_auth_access_type=read&perms=some");
  CHECK(http::first(w.client.asked[0].headers, "Content-Type") == "application/x-www-form-urlencoded");
  CHECK_FALSE(has(authorization(w.client.asked[0]), "evil"));
}

TEST_CASE("OAuth 1.0a: an answer that is no confirmed request token is refused") {
  struct Row {
    const char* answer;
    const char* why;
  };
  const Row rows[] = {
      {"oauth_token=rt&oauth_token_secret=rs", "oauth_callback_confirmed is not true"},
      {"oauth_token=rt&oauth_token_secret=rs&oauth_callback_confirmed=TRUE", "oauth_callback_confirmed"},
      {"oauth_token=&oauth_token_secret=rs&oauth_callback_confirmed=true", "no oauth_token"},
      {"oauth_token=rt&oauth_callback_confirmed=true", "no oauth_token_secret"},
      {"oauth_token=%zz", "no form"},
      {"", "oauth_callback_confirmed"},
      {R"({"oauth_token":"rt"})", "oauth_callback_confirmed"},
  };
  for (const Row& row : rows) {
    World w;
    w.request_token = row.answer;
    const std::string failed = failure([&] { w.start(); });
    CHECK_MESSAGE(has(failed, row.why), row.answer << " " << failed);
  }
}

TEST_CASE("OAuth 1.0a: an answer with a token is bounded") {
  World w;
  const std::string head = good_request + "&x=";
  w.request_token = head + std::string(oauth::oauth1_answer_limit - head.size(), 'x');
  CHECK(w.start().flow.request_token_secret == "rs");
  w.request_token += 'x';
  CHECK(failure([&] { w.start(); }) == "Callback: request token: too long an answer");
}

TEST_CASE("OAuth 1.0a: an answer with a token has 200 members at most") {
  World w;
  for (int i = 0; i < 197; ++i) w.request_token += "&k" + std::to_string(i) + "=";
  CHECK(w.start().flow.request_token_secret == "rs");
  w.request_token += "&last=";
  CHECK(has(failure([&] { w.start(); }), "more than 200 fields"));
}

TEST_CASE("OAuth 1.0a: a callback is taken from the browser that asked, for fifteen minutes") {
  World w;
  const auto flow = w.start().flow;
  CHECK(w.check(agreed, flow).request_token_secret == "rs");
  CHECK(has(failure([&] { w.check(agreed, flow, std::string(64, 'd')); }), "OAuthCallback: "));
  CHECK(has(failure([&] { w.check(agreed, std::nullopt); }), "OAuthCallback: this sign-in was not begun"));
  CHECK(has(failure([&] {
              w.check({{"oauth_token", "other"}, {"oauth_verifier", "v"}}, flow);
            }),
            "OAuthCallback: oauth_token is not the one"));
  w.clock.time += 15min - 1ms;
  CHECK(w.check(agreed, flow).request_token_secret == "rs");
  w.clock.time += 1ms;
  CHECK(has(failure([&] { w.check(agreed, flow); }), "OAuthCallback: "));
}

TEST_CASE("OAuth 1.0a: a flow is found by token, browser and provider together") {
  World w, other(R"({"id": "other"})");
  const std::string key = oauth::oauth1_flow_key(w.provider, "rt", csrf_token);
  CHECK(key.size() == 64);
  CHECK(oauth::oauth1_flow_key(w.provider, "rt2", csrf_token) != key);
  CHECK(oauth::oauth1_flow_key(w.provider, "rt", std::string(64, 'd')) != key);
  CHECK(oauth::oauth1_flow_key(other.provider, "rt", csrf_token) != key);
}

TEST_CASE("OAuth 1.0a: a person who refuses ends as Callback, as in v3") {
  World w;
  const auto flow = w.start().flow;
  CHECK(failure([&] { w.check({{"denied", "rt"}}, flow); }) == "Callback: the provider says denied");
  CHECK(failure([&] { w.check({{"denied", "rt"}}, std::nullopt); }) == "Callback: the provider says denied");
  CHECK(failure([&] {
          w.check({{"oauth_token", "rt"}, {"oauth_problem", "user_refused"}}, flow);
        }) == "Callback: the provider says user_refused");
  CHECK(failure([&] {
          w.check({{"oauth_token", "rt"}}, flow);
        }) == "Callback: the provider sent no oauth_verifier");
  CHECK(failure([&] {
          w.check({{"oauth_verifier", "v"}}, flow);
        }) == "Callback: the provider sent no oauth_token");
  CHECK(oauth::read_oauth1_answer({{"denied", "rt"}}).token == "rt");
}

TEST_CASE("OAuth 1.0a: a parameter that comes twice is refused") {
  for (const char* name : {"oauth_token", "oauth_verifier", "oauth_problem", "denied"})
    CHECK(failure([&] {
            oauth::read_oauth1_answer({{name, "a"}, {name, "a"}});
          }) == "OAuthCallback: " + std::string(name) + " comes twice");
}

TEST_CASE("OAuth 1.0a: token and verifier become an access token, and that a profile") {
  World w(
      R"({"params": {"extra": "1", "oauth_token": "evil"}, "profileHeaders": {"X-A": "b", "authorization": "c"}})");
  const auto who = w.identify();
  const auto& token_request = w.client.asked[1];
  CHECK(token_request.method == "POST");
  CHECK(token_request.body == "extra=1");
  CHECK(has(authorization(token_request), R"(oauth_token="rt")"));
  CHECK(has(authorization(token_request), R"(oauth_verifier="v")"));
  const auto& profile_request = w.client.asked[2];
  CHECK(profile_request.method == "GET");
  CHECK(profile_request.url == "https://photos.example.net/me?include_email=true");
  CHECK(has(authorization(profile_request), R"(oauth_token="at")"));
  CHECK(http::first(profile_request.headers, "X-A") == "b");
  CHECK_FALSE(http::first(profile_request.headers, "authorization"));
  for (const auto& request : w.client.asked) CHECK_FALSE(request.follow);
  CHECK(who.account_id == "7");
  CHECK(base::to_json(who.user) ==
        R"({"id":"7","name":"Ann","email":"ann@example.com","image":"https://p.example/7"})");
}

TEST_CASE(
    "OAuth 1.0a: callbacks see v3's account; the row gets the token as access, its secret as refresh token") {
  World w;
  const auto who = w.identify();
  CHECK(base::to_json(who.account) ==
        R"({"provider":"photos","type":"oauth","id":"7","accessToken":"at","refreshToken":"as",)"
        R"("results":{"user_id":"7","picture":"https://p.example/7"},"oauth_token":"at",)"
        R"("oauth_token_secret":"as","params":{"user_id":"7","picture":"https://p.example/7"}})");
  CHECK(who.tokens.access_token == "at");
  CHECK(who.tokens.refresh_token == "as");
}

TEST_CASE("OAuth 1.0a: what a provider gets wrong after the callback ends as in v3") {
  World w;
  w.access_token = "oauth_token=at";
  CHECK(failure([&] { w.identify(); }) == "Callback: access token: no oauth_token_secret");
  w.access_token = "oauth_token=at&oauth_token_secret=";
  CHECK(w.identify().account_id == "7");  // an empty secret is one
  w.profile.status = 401;
  CHECK(failure([&] { w.identify(); }) == "Callback: profile request: status 401");
  w.profile = {200, {}, "[]"};
  CHECK_THROWS_AS(w.identify(), oauth::UnreadableProfile);
  w.profile = {200, {}, R"({"name":"Nobody"})"};
  CHECK(failure([&] { w.identify(); }) == "Callback: the profile has no id");
}

TEST_CASE("OAuth 1.0a: a redirect, an error and silence are no answer") {
  World w;
  for (const int status : {199, 300, 302, 401, 500}) {
    w.client.answer = [&](const auto&) { return http::Answer{status, {}, good_request}; };
    CHECK(failure([&] { w.start(); }) == "Callback: request token: status " + std::to_string(status));
  }
  w.client.answer = [](const auto&) -> http::Answer { throw http::Unreachable("photos: refused"); };
  CHECK(failure([&] { w.start(); }) == "Callback: photos: refused");
}

TEST_CASE("OAuth 1.0a: an address whose query cannot be signed is named, without it") {
  World w(R"({"profileUrl": "https://photos.example.net/me?key=%zz"})");
  CHECK(failure([&] { w.identify(); }) ==
        "OAuthCallback: https://photos.example.net/me: its query has invalid percent-encoding");
}

TEST_CASE("OAuth 1.0a: a client secret that is an object is a mistake") {
  CHECK(complaints(photos(R"({"clientSecret": {"keyId": "k"}, "clientSecretJwt": {}})")).size() > 0);
}
