// A session cookie's token, of each kind, with nothing known of the keys.
#include "auth/auth.hpp"
#include "fixed.hpp"
#include "fuzz.hpp"

namespace {

void check_jws(std::string_view text) {
  static const std::vector<crypto::Key> keys = crypto::read_jwk_set(base::parse_json(fuzz::key_set));
  try {
    const crypto::Jws jws = crypto::read_jws(text);
    fuzz::require(jws.header.is_object() && text.starts_with(jws.signed_part), "a token of three parts");
    for (const char* alg : {"ES256", "RS256", "EdDSA", "HS512", "none"})
      crypto::verify_jws(jws, keys[0], alg);
    fuzz::require(!crypto::verify_jws(jws, keys[0], "none"), "no signature is none");
  } catch (const crypto::Error&) {
    return;
  }
}

/// What was made with the key comes back, whatever it is; a token of another length does not.
void check_jwe(std::string_view text) {
  static const crypto::Key key = crypto::Key::from_bytes(std::string(32, 'k'));
  fuzz::FixedRandom random;
  constexpr std::size_t limit = 512;
  crypto::decrypt_jwe(text, key, limit);
  for (const bool zip : {false, true}) {
    std::string jwe = crypto::encrypt_jwe(text, key, random, zip);
    const auto plain = crypto::decrypt_jwe(jwe, key, limit);
    fuzz::require(text.size() > limit ? !plain : plain == text,
                  "a token is read as it was made, up to the limit");
    jwe.pop_back();
    fuzz::require(!crypto::decrypt_jwe(jwe, key, limit), "a shorter token is none");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text(data, size);
  check_jws(text);
  check_jwe(text);
  for (const bool encryption : {false, true}) {
    auth::JwtOptions options;
    options.secret = base::Secret("the-site's-s3cret");
    options.encryption = encryption;
    const auto claims = auth::decode_jwt(std::string(text), auth::Jwt(options), fuzz::now);
    // Seeds hold tokens that are ours.
    if (claims) fuzz::require(claims->is_object() && claims->find("iat"), "claims with iat");
  }
  const auto value = auth::unseal(std::string(text), "flow", base::Secret("the-site's-s3cret"), fuzz::now);
  fuzz::require(!value || value->is_object(), "only what was sealed");
  return 0;
}
