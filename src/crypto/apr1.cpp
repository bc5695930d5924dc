#include "crypto/apr1.hpp"

#include <array>

#include "crypto/openssl.hpp"

// As Apache's apr_md5_encode and `openssl passwd -apr1` do it: Poul-Henning Kamp's MD5-crypt under another
// name.
namespace crypto {
namespace {

constexpr std::string_view magic = "$apr1$";
constexpr size_t salt_limit = 8;
constexpr size_t rounds = 1000;

using Digest = std::unique_ptr<EVP_MD, Closer<EVP_MD_free>>;

std::string md5(std::string_view text) {
  static const Digest digest(made(EVP_MD_fetch(nullptr, "MD5", nullptr), "MD5"));
  std::string out(16, '\0');
  require(EVP_Digest(bytes(text), text.size(), bytes(out), nullptr, digest.get(), nullptr) == 1, "MD5");
  return out;
}

std::string_view salt_of(std::string_view setting) {
  setting.remove_prefix(std::min(setting.size(), magic.size()));
  return setting.substr(0, std::min(setting.find('$'), salt_limit));
}

std::string first_digest(std::string_view password, std::string_view salt) {
  const std::string inner = md5(std::string(password).append(salt).append(password));
  std::string text = std::string(password).append(magic).append(salt);
  for (size_t left = password.size(); left > 0; left -= std::min<size_t>(left, 16))
    text.append(inner, 0, std::min<size_t>(left, 16));
  for (size_t bits = password.size(); bits > 0; bits >>= 1) text += (bits & 1) ? '\0' : password[0];
  return md5(text);
}

std::string round(size_t number, std::string_view password, std::string_view salt, std::string_view digest) {
  const bool odd = number % 2 == 1;
  std::string text(odd ? password : digest);
  if (number % 3 != 0) text.append(salt);
  if (number % 7 != 0) text.append(password);
  return md5(text.append(odd ? digest : password));
}

void append_base64(std::string& out, std::string_view digest, std::array<size_t, 3> which, int characters) {
  constexpr std::string_view alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  unsigned bits = 0;
  for (const size_t at : which)
    bits = bits << 8 | (at < digest.size() ? static_cast<unsigned char>(digest[at]) : 0U);
  for (; characters > 0; --characters, bits >>= 6) out += alphabet[bits & 0x3F];
}

}  // namespace

std::string apr1(std::string_view password, std::string_view setting) {
  const ForgetErrors forget;
  const std::string_view salt = salt_of(setting);
  std::string digest = first_digest(password, salt);
  for (size_t i = 0; i < rounds; ++i) digest = round(i, password, salt, digest);
  std::string out = std::string(magic).append(salt) + "$";
  for (size_t i = 0; i < 5; ++i) append_base64(out, digest, {i, i + 6, i == 4 ? 5 : i + 12}, 4);
  constexpr size_t nothing = 16;
  append_base64(out, digest, {nothing, nothing, 11}, 2);
  return out;
}

}  // namespace crypto
