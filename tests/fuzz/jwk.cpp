// A key set of a provider, and what its keys say of a token.
#include "fixed.hpp"
#include "fuzz.hpp"

namespace {

void use(const crypto::Key& key, const crypto::Jws& token) {
  for (const char* alg : {"RS256", "PS384", "ES256", "ES512", "EdDSA", "HS256", "none"}) {
    const bool good = crypto::verify_jws(token, key, alg);
    // The token is the fixed key's, by ES256.
    fuzz::require(!good || (std::string_view(alg) == "ES256" && key.fits(alg) && key.may_verify()),
                  "only the key that signed");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const crypto::Jws token = crypto::read_jws(
      crypto::sign_jws(base::Json::object(), "{}", crypto::Key::from_jwk(fuzz::key()), "ES256"));
  const auto json = base::try_parse_json(fuzz::text(data, size));
  if (!json) return 0;
  try {
    constexpr std::size_t limit = 5;
    const auto keys = crypto::read_jwk_set(*json, {}, limit);
    fuzz::require(keys.size() <= limit, "no more keys than the limit");
    for (const crypto::Key& key : keys) use(key, token);
  } catch (const crypto::Error&) {
  }
  try {
    use(crypto::Key::from_jwk(*json), token);
  } catch (const crypto::Error&) {
    return 0;
  }
  return 0;
}
