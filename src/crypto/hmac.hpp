#pragma once
// HMAC (RFC 2104) with one key, which is made ready once. Private to crypto.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/sha.hpp"

namespace crypto {

class Hmac {
 public:
  /// With "SHA1", "SHA256", "SHA384" or "SHA512". Throws Error for another digest.
  Hmac(std::string_view digest, std::string_view key);
  ~Hmac();
  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;

  /// A text's authentication code.
  class Code {
   public:
    template <size_t size>
    explicit Code(const std::array<char, size>& digest) : size_(size) {
      std::copy(digest.begin(), digest.end(), bytes_.begin());
    }
    operator std::string_view() const { return {bytes_.data(), size_}; }

   private:
    std::array<char, Sha512::size> bytes_;
    size_t size_;
  };
  /// For many threads at once.
  Code of(std::string_view text) const;

 private:
  /// The digests that have read the key already.
  template <typename Sha>
  struct Keyed {
    explicit Keyed(std::string_view key);
    Sha inner, outer;
  };
  using AnyKeyed = std::variant<Keyed<Sha1>, Keyed<Sha256>, Keyed<Sha384>, Keyed<Sha512>>;
  static AnyKeyed keyed(std::string_view digest, std::string_view key);

  AnyKeyed keyed_;
};

}  // namespace crypto
