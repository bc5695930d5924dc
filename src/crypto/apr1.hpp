#pragma once
// Private to crypto.
#include <string>
#include <string_view>

namespace crypto {

/// Apache's form of MD5-crypt, "$apr1$SALT$…", which libcrypt does not know. `setting`: "$apr1$SALT",
/// whatever may follow. Throws Error where OpenSSL has no MD5.
std::string apr1(std::string_view password, std::string_view setting);

}  // namespace crypto
