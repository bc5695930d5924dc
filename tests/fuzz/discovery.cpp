// A discovery document; the authorization request that is made of it.
#include "provider.hpp"

namespace {

void check_url(const std::string& url) {
  if (url.empty()) return;
  const auto parsed = http::parse_url(url);
  fuzz::require(parsed && parsed->scheme == "https" && !parsed->userinfo && !http::is_loopback(*parsed),
                "an endpoint is a https URL elsewhere");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  support::FakeClient client;
  support::FakeCache cache;
  fuzz::FixedClock clock;
  fuzz::FixedRandom random;
  client.on(std::string(fuzz::issuer) + "/.well-known/openid-configuration", 200,
            std::string(fuzz::text(data, size)));
  oauth::Documents documents(client, cache, clock);
  fuzz::failure_of([&] {
    const oauth::Metadata metadata = oauth::metadata(fuzz::openid(), documents);
    fuzz::require(metadata.issuer == fuzz::issuer, "the issuer is the one configured");
    for (const std::string* url :
         {&metadata.authorization_url, &metadata.token_url, &metadata.userinfo_url, &metadata.jwks_uri})
      check_url(*url);
    for (const std::string& alg : metadata.algs)
      fuzz::require(alg != "none" && !alg.starts_with("HS"), "no signature that anybody could make");
    const auto request = oauth::authorization_request(fuzz::openid(), metadata, fuzz::callback, "csrf", {},
                                                      random, clock.now());
    check_url(request.url);
    fuzz::require(request.flow.nonce.size() >= 32, "there is a nonce");
  });
  return 0;
}
