#pragma once
// Keys made on the spot, as a provider - or somebody who would like to be one - has them.
#include <string>

#include "base/json.hpp"

namespace support {

/// A private JWK with this kid, if it is not empty: P-256, made anew at each call.
base::Json new_ec_key(const std::string& kid);
/// The same, RSA with so many bits.
base::Json new_rsa_key(const std::string& kid, int bits = 2048);
/// Without what is private.
base::Json public_half(base::Json jwk);
/// The key as PEM (PKCS#8), as configurations have it.
std::string private_pem(const base::Json& jwk);
/// The public half as PEM, as some take it for an HMAC's secret.
std::string public_pem(const base::Json& rsa_jwk);
/// A compact JWS by OpenSSL alone, for headers and keys that crypto:: refuses to sign with. RS256 only.
std::string sign_rs256(const base::Json& header, const base::Json& claims, const base::Json& rsa_jwk);

}  // namespace support
