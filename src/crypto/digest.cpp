#include "base/text.hpp"
#include "crypto/crypto.hpp"
#include "crypto/openssl.hpp"
#include "crypto/sha.hpp"

namespace crypto {

std::string sha256(std::string_view text) { return Sha256().read(text).digest(); }

std::string sha256_hex(std::string_view text) { return base::to_hex(sha256(text)); }

std::string digest_for(std::string_view alg, std::string_view text) {
  if (alg.ends_with("384")) return Sha384().read(text).digest();
  if (alg.ends_with("512") || alg == "EdDSA") return Sha512().read(text).digest();
  return sha256(text);
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(bytes(a), bytes(b), a.size()) == 0;
}

}  // namespace crypto
