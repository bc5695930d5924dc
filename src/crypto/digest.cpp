#include "base/text.hpp"
#include "crypto/crypto.hpp"
#include "crypto/openssl.hpp"
#include "crypto/sha.hpp"

namespace crypto {

std::string sha256(std::string_view text) { return string(Sha256().read(text).digest()); }

std::array<char, 64> sha256_digits(std::string_view text, std::string_view more) {
  std::array<char, 64> digits;
  base::write_hex(digits.data(), view(Sha256().read(text).read(more).digest()));
  return digits;
}

std::string sha256_hex(std::string_view text, std::string_view more) {
  return string(sha256_digits(text, more));
}

std::string digest_for(std::string_view alg, std::string_view text) {
  if (alg.ends_with("384")) return string(Sha384().read(text).digest());
  if (alg.ends_with("512") || alg == "EdDSA") return string(Sha512().read(text).digest());
  return sha256(text);
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // OpenSSL compares sixteen bytes at once, and any other number one by one.
  constexpr size_t at_once = 16;
  int differs = 0;
  size_t i = 0;
  for (; i + at_once <= a.size(); i += at_once) differs |= CRYPTO_memcmp(bytes(a) + i, bytes(b) + i, at_once);
  return (differs | CRYPTO_memcmp(bytes(a) + i, bytes(b) + i, a.size() - i)) == 0;
}

}  // namespace crypto
