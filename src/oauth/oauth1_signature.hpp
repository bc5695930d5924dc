#pragma once
// Private to oauth/: signing requests (RFC 5849 §3).
#include <string>
#include <string_view>

#include "http/http.hpp"

namespace oauth {

/// What both sides sign: the method, the address without its query, and all parameters, sorted (§3.4.1).
/// `parameters`: those of the Authorization header and the form; the query's are added. Throws
/// http::FormError if the query is not well-formed.
std::string signature_base(std::string_view method, const http::Url&, http::Pairs parameters);

/// HMAC-SHA1 (§3.4.2) in base 64. `token_secret`: "" where there is no token yet.
std::string hmac_sha1_signature(std::string_view signature_base, std::string_view client_secret,
                                std::string_view token_secret);

/// The Authorization header's value (§3.5.1).
std::string oauth1_header(const http::Pairs& parameters);

/// The form's parameters as its body, with the encoding that the signature uses.
std::string oauth1_form(const http::Pairs& parameters);

}  // namespace oauth
