// OAuth 1.0a: the answers with the request token, the access token and the profile, a line "----" between
// them.
#include "provider.hpp"

namespace {

const providers::Provider& oauth1() {
  static const providers::Provider op =
      fuzz::provider(R"({"id":"op","name":"Op","type":"oauth","version":"1.0A",
      "requestTokenUrl":"https://op.example/request","authorizationUrl":"https://op.example/authorize",
      "accessTokenUrl":"https://op.example/token","profileUrl":"https://op.example/userinfo",
      "clientId":"app","clientSecret":"client-s3cret"})");
  return op;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::text(data, size);
  support::FakeClient client;
  fuzz::FixedRandom random;
  fuzz::FixedClock clock;
  client.on("https://op.example/request", 200, std::string(fuzz::take(rest, "\n----\n")));
  client.on("https://op.example/token", 200, std::string(fuzz::take(rest, "\n----\n")));
  client.on("https://op.example/userinfo", 200, std::string(rest));
  const oauth::Outside parts{client, random, clock};
  model::Flow flow;
  fuzz::failure_of([&] {
    const auto request = oauth::oauth1_authorization_request(parts, oauth1(), fuzz::callback, "csrf", {});
    const auto url = http::parse_url(request.url);
    fuzz::require(url && url->origin() == fuzz::issuer, "the way leads to the provider");
    flow = request.flow;
  });
  fuzz::failure_of([&] {
    const auto who =
        oauth::oauth1_identify(parts, oauth1(), {.token = "t", .verifier = "v", .refusal = {}}, flow);
    fuzz::require(!who.account_id.empty(), "whoever signs in has an id");
  });
  return 0;
}
