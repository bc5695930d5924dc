#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.hpp"
#include "crypto/compact.hpp"
#include "crypto/crypto.hpp"
#include "crypto/key_data.hpp"
#include "crypto/openssl.hpp"

namespace crypto {
namespace {

using Cipher = std::unique_ptr<EVP_CIPHER, Closer<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Closer<EVP_CIPHER_CTX_free>>;

// RFC 7518 §5.3.
constexpr size_t key_bytes = 32, iv_bytes = 12, tag_bytes = 16;
// Room in a token for all but the cipher text.
constexpr size_t envelope_bytes = 4096;
// Negative for bytes without a zlib header, as RFC 7516 §4.1.3 has them. The binary logarithm of the window.
constexpr int inflate_window = -MAX_WBITS, deflate_window = -12;

struct Sealed {
  std::string iv, text, tag;
};

template <auto end>
struct ZStream : z_stream {
  explicit ZStream(std::string_view in) : z_stream{} {
    next_in = bytes(in);
    avail_in = uInt(in.size());
  }
  ~ZStream() { end(this); }
  ZStream(const ZStream&) = delete;
  ZStream& operator=(const ZStream&) = delete;

  /// Where in `out` the next bytes go.
  void write_to(std::string& out) {
    next_out = bytes(out) + total_out;
    avail_out = uInt(out.size() - total_out);
  }
};

/// A window of 4 KiB, for tokens that fit a cookie: clearing zlib's usual 256 KiB takes longer than all the
/// rest.
std::string deflate_raw(std::string_view plain) {
  ZStream<deflateEnd> stream(plain);
  require(
      deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, deflate_window, 5, Z_DEFAULT_STRATEGY) == Z_OK,
      "deflate");
  std::string out(deflateBound(&stream, uLong(plain.size())), '\0');
  stream.write_to(out);
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate");
  out.resize(stream.total_out);
  return out;
}

/// None if it is damaged, goes on after its end, or gives more than `limit` bytes: it stops there.
std::optional<std::string> inflate_raw(std::string_view packed, size_t limit) {
  ZStream<inflateEnd> stream(packed);
  require(inflateInit2(&stream, inflate_window) == Z_OK, "inflate");
  std::string out(std::min(limit, 4 * packed.size()) + 1, '\0');
  stream.write_to(out);
  int result = inflate(&stream, Z_NO_FLUSH);
  while (result == Z_OK && stream.avail_out == 0 && out.size() <= limit) {
    out.resize(std::min(limit, 2 * out.size()) + 1);
    stream.write_to(out);
    result = inflate(&stream, Z_NO_FLUSH);
  }
  if (result != Z_STREAM_END || stream.avail_in != 0 || stream.total_out > limit) return {};
  out.resize(stream.total_out);
  return out;
}

const EVP_CIPHER* aes_256_gcm() {
  static const Cipher cipher(made(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), "AES-256-GCM"));
  return cipher.get();
}

Sealed seal(std::string_view plain, std::string_view key, std::string iv, std::string_view aad) {
  const CipherContext context(made(EVP_CIPHER_CTX_new(), "AES-256-GCM"));
  Sealed out{std::move(iv), std::string(plain.size(), '\0'), std::string(tag_bytes, '\0')};
  int size = 0;
  require(
      EVP_EncryptInit_ex2(context.get(), aes_256_gcm(), bytes(key), bytes(out.iv), nullptr) == 1 &&
          EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(aad), int(aad.size())) == 1 &&
          EVP_EncryptUpdate(context.get(), bytes(out.text), &size, bytes(plain), int(plain.size())) == 1 &&
          EVP_EncryptFinal_ex(context.get(), bytes(out.text) + size, &size) == 1 &&
          EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, int(tag_bytes), out.tag.data()) == 1,
      "AES-256-GCM");
  return out;
}

/// None if any of it was changed.
std::optional<std::string> unseal(Sealed sealed, std::string_view key, std::string_view aad) {
  const ForgetErrors forget;
  const CipherContext context(made(EVP_CIPHER_CTX_new(), "AES-256-GCM"));
  std::string plain(sealed.text.size(), '\0');
  int size = 0;
  require(
      EVP_DecryptInit_ex2(context.get(), aes_256_gcm(), bytes(key), bytes(sealed.iv), nullptr) == 1 &&
          EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, int(tag_bytes), sealed.tag.data()) == 1 &&
          EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(aad), int(aad.size())) == 1 &&
          EVP_DecryptUpdate(context.get(), bytes(plain), &size, bytes(sealed.text),
                            int(sealed.text.size())) == 1,
      "AES-256-GCM");
  if (EVP_DecryptFinal_ex(context.get(), bytes(plain) + size, &size) != 1) return {};
  return plain;
}

void check_key(const Key& key, std::string_view operation) {
  const Key::Data& data = key.data();
  if (!key.is_symmetric() || data.secret.reveal().size() != key_bytes)
    throw Error("JWE: the key is not of 32 bytes");
  if (!data.allows("enc", operation) || (data.alg && *data.alg != "A256GCM" && *data.alg != "dir"))
    throw Error("JWE: the key is not for A256GCM");
}

bool is_supported(const base::Json& header) {
  return header.text_of("alg") == "dir" && header.text_of("enc") == "A256GCM" && !header.find("crit") &&
         (!header.find("zip") || header.text_of("zip") == "DEF");
}

std::optional<Sealed> read_sealed(std::string_view iv, std::string_view text, std::string_view tag) {
  auto iv_read = base::from_base64url(iv), text_read = base::from_base64url(text),
       tag_read = base::from_base64url(tag);
  if (!iv_read || !text_read || !tag_read) return {};
  if (iv_read->size() != iv_bytes || tag_read->size() != tag_bytes) return {};
  return Sealed{std::move(*iv_read), std::move(*text_read), std::move(*tag_read)};
}

/// Larger than any token of so many bytes can be; and zlib and EVP count in 32 bits.
bool is_too_large(std::string_view compact, size_t limit) {
  return compact.size() > envelope_bytes && (compact.size() - envelope_bytes) / 2 > limit;
}

}  // namespace

std::string encrypt_jwe(std::string_view plain, const Key& key, Random& random, bool zip) {
  check_key(key, "encrypt");
  require(plain.size() < size_t(std::numeric_limits<int>::max() / 2), "JWE: too large");
  base::Json header = base::Json::object({{"alg", "dir"}, {"enc", "A256GCM"}});
  if (zip) header.set("zip", "DEF");
  const std::string protected_header = base::to_base64url(base::to_json(header));
  const Sealed sealed = seal(zip ? deflate_raw(plain) : std::string(plain), key.data().secret.reveal(),
                             random_bytes(random, iv_bytes), protected_header);
  // With "dir" there is no encrypted key (RFC 7518 §4.5): the part stays empty.
  return protected_header + ".." + base::to_base64url(sealed.iv) + '.' + base::to_base64url(sealed.text) +
         '.' + base::to_base64url(sealed.tag);
}

std::optional<std::string> decrypt_jwe(std::string_view compact, const Key& key, size_t limit) {
  check_key(key, "decrypt");
  limit = std::min(limit, size_t(std::numeric_limits<int>::max() / 8));
  if (is_too_large(compact, limit)) return {};
  const auto parts = split_compact<5>(compact);
  if (!parts) return {};
  const auto& [header_part, encrypted_key, iv, text, tag] = *parts;
  const auto header = read_protected_header(header_part);
  if (!header || !is_supported(*header) || !encrypted_key.empty()) return {};
  auto sealed = read_sealed(iv, text, tag);
  if (!sealed) return {};
  auto plain = unseal(std::move(*sealed), key.data().secret.reveal(), header_part);
  if (plain && header->find("zip")) return inflate_raw(*plain, limit);
  if (plain && plain->size() > limit) return {};
  return plain;
}

}  // namespace crypto
