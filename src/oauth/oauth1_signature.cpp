#include "oauth/oauth1_signature.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "crypto/crypto.hpp"

namespace oauth {
namespace {

constexpr size_t query_limit = 200;  // parameters of a URL

http::Pairs encoded(const http::Pairs& parameters) {
  http::Pairs out;
  for (const auto& [name, value] : parameters)
    out.emplace_back(http::encode_strict(name), http::encode_strict(value));
  return out;
}

std::string joined(const http::Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

}  // namespace

std::string signature_base(std::string_view method, const http::Url& url, http::Pairs parameters) {
  for (auto& parameter : http::parse_form(url.query, query_limit)) parameters.push_back(std::move(parameter));
  http::Pairs all = encoded(parameters);
  std::sort(all.begin(), all.end());
  return std::string(method) + "&" + http::encode_strict(url.origin() + url.path) + "&" +
         http::encode_strict(joined(all));
}

std::string hmac_sha1_signature(std::string_view signature_base, std::string_view client_secret,
                                std::string_view token_secret) {
  const std::string key = http::encode_strict(client_secret) + "&" + http::encode_strict(token_secret);
  return base::to_base64(crypto::hmac_sha1(key, signature_base));
}

std::string oauth1_header(const http::Pairs& parameters) {
  std::string out = "OAuth ";
  for (const auto& [name, value] : encoded(parameters)) {
    if (!out.ends_with(' ')) out += ',';
    out.append(name).append("=\"").append(value).append("\"");
  }
  return out;
}

std::string oauth1_form(const http::Pairs& parameters) { return joined(encoded(parameters)); }

}  // namespace oauth
