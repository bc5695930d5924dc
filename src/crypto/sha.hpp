#pragma once
// OpenSSL's SHA functions by themselves. Private to crypto.
//
// OpenSSL 3 would rather have them asked for by name (EVP_MD_fetch). That starts up its providers and reads
// its configuration file, which takes a CGI process longer than all the rest of an answer, and each digest by
// way of them takes half as long again. Signatures and encryption go that way: they are rare.
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <string>
#include <string_view>

namespace crypto {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/// A digest under way. It is wiped when it goes, for it may have read a key.
template <typename State, auto begin, auto add, auto end, size_t block_bytes, size_t digest_bytes>
class Sha {
 public:
  static constexpr size_t block = block_bytes;
  static constexpr size_t size = digest_bytes;

  Sha() { begin(&state_); }
  ~Sha() { OPENSSL_cleanse(&state_, sizeof state_); }
  Sha(const Sha&) = default;
  Sha& operator=(const Sha&) = default;

  Sha& read(std::string_view text) {
    add(&state_, text.data(), text.size());
    return *this;
  }
  using Digest = std::array<char, size>;
  Digest digest() {
    Digest out;
    end(reinterpret_cast<unsigned char*>(out.data()), &state_);
    return out;
  }

 private:
  State state_;
};

using Sha1 = Sha<SHA_CTX, SHA1_Init, SHA1_Update, SHA1_Final, 64, 20>;
using Sha256 = Sha<SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final, 64, 32>;
using Sha384 = Sha<SHA512_CTX, SHA384_Init, SHA384_Update, SHA384_Final, 128, 48>;
using Sha512 = Sha<SHA512_CTX, SHA512_Init, SHA512_Update, SHA512_Final, 128, 64>;

#pragma GCC diagnostic pop

template <size_t size>
std::string_view view(const std::array<char, size>& digest) {
  return {digest.data(), size};
}
template <size_t size>
std::string string(const std::array<char, size>& digest) {
  return std::string(view(digest));
}

}  // namespace crypto
