// An id_token that the provider did sign: its claims on the first line, the header's members on the second.
// Signed here, as the fuzzer could not. An input that begins with "raw " is the token itself.
#include "base/text.hpp"
#include "provider.hpp"

namespace {

std::string token_of(std::string_view text) {
  if (text.starts_with("raw ")) return std::string(base::trim(text.substr(4)));
  static const crypto::Key key = crypto::Key::from_jwk(fuzz::key());
  const std::string_view claims = fuzz::take(text);
  auto header = base::try_parse_json(text);
  if (!header || !header->is_object()) header = base::Json::object();
  return crypto::sign_jws(*header, claims, key, "ES256");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  support::FakeClient client;
  support::FakeCache cache;
  fuzz::FixedClock clock;
  client.on("https://op.example/keys", 200, fuzz::key_set);
  oauth::Documents documents(client, cache, clock);
  oauth::Metadata metadata;
  metadata.issuer = fuzz::issuer;
  metadata.jwks_uri = "https://op.example/keys";
  metadata.algs = {"ES256", "RS256"};
  const std::string token = token_of(fuzz::text(data, size));
  fuzz::failure_of([&] {
    const base::Json claims = oauth::verify_id_token(token, fuzz::openid(), metadata, documents,
                                                     {.nonce = "n0nce",
                                                      .nonce_may_lack = false,
                                                      .access_token = "t0ken",
                                                      .code = "c0de",
                                                      .now = fuzz::now});
    fuzz::require(claims.text_of("iss") == fuzz::issuer, "iss is the provider");
    fuzz::require(claims.text_of("nonce") == "n0nce", "nonce is ours");
    fuzz::require(claims.text_of("aud") == "app" || claims.find("aud")->is_array(), "aud is ours");
    fuzz::require(claims.find("exp")->number() + double(oauth::exp_leeway.count()) >
                      double(base::unix_seconds(fuzz::now)),
                  "it has not expired");
    fuzz::require(!claims.text_of("sub").value_or("").empty(), "it has a subject");
  });
  return 0;
}
