#include "crypto/hmac.hpp"

#include "crypto/crypto.hpp"

namespace crypto {
namespace {

/// The key, filled up with zeros to a block, each byte of it mixed with `pad`.
std::string padded(std::string_view key, size_t block, unsigned char pad) {
  std::string out(block, char(pad));
  for (size_t i = 0; i < key.size(); ++i) out[i] = char(static_cast<unsigned char>(key[i]) ^ pad);
  return out;
}

template <typename Sha>
Sha after(std::string_view key, unsigned char pad) {
  std::string text = padded(key, Sha::block, pad);
  Sha sha;
  sha.read(text);
  OPENSSL_cleanse(text.data(), text.size());
  return sha;
}

/// A key longer than a block counts by its digest.
template <typename Sha>
std::string shortened(std::string_view key) {
  return key.size() > Sha::block ? string(Sha().read(key).digest()) : std::string(key);
}

}  // namespace

template <typename Sha>
Hmac::Keyed<Sha>::Keyed(std::string_view key) {
  std::string short_key = shortened<Sha>(key);
  inner = after<Sha>(short_key, 0x36);
  outer = after<Sha>(short_key, 0x5c);
  OPENSSL_cleanse(short_key.data(), short_key.size());
}

Hmac::AnyKeyed Hmac::keyed(std::string_view digest, std::string_view key) {
  if (digest == "SHA512") return Keyed<Sha512>(key);
  if (digest == "SHA256") return Keyed<Sha256>(key);
  if (digest == "SHA384") return Keyed<Sha384>(key);
  if (digest == "SHA1") return Keyed<Sha1>(key);
  throw Error("HMAC: an unknown digest");
}

Hmac::Hmac(std::string_view digest, std::string_view key) : keyed_(keyed(digest, key)) {}
Hmac::~Hmac() = default;

Hmac::Code Hmac::of(std::string_view text) const {
  return std::visit(
      [&](const auto& key) {
        auto inner = key.inner;
        auto outer = key.outer;
        return Code(outer.read(view(inner.read(text).digest())).digest());
      },
      keyed_);
}

std::string hmac_sha1(std::string_view key, std::string_view text) {
  return std::string(Hmac("SHA1", key).of(text));
}
std::string hmac_sha256(std::string_view key, std::string_view text) {
  return std::string(Hmac("SHA256", key).of(text));
}
std::string hmac_sha512(std::string_view key, std::string_view text) {
  return std::string(Hmac("SHA512", key).of(text));
}

// RFC 5869: without a salt the first key is as many zeros as the digest has bytes, which HMAC takes for an
// empty one.
std::string hkdf_sha256(std::string_view secret, std::string_view info, size_t bytes_wanted) {
  if (bytes_wanted > 255 * Sha256::size) throw Error("HKDF: too many bytes");
  const Hmac expand("SHA256", hmac_sha256({}, secret));
  std::string out;
  std::string last;
  for (int count = 1; out.size() < bytes_wanted; ++count) {
    last = std::string_view(expand.of(last.append(info).append(1, char(count))));
    out += last;
  }
  out.resize(bytes_wanted);
  return out;
}

}  // namespace crypto
