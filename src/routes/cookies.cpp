#include <algorithm>

#include "routes/context.hpp"

namespace routes {
namespace {

// What browsers keep of one cookie is 4,096 bytes with its name and attributes; this leaves room for those.
constexpr size_t piece_size = 3933;
constexpr size_t piece_limit = 16;

Cookie piece(const Cookie& whole, size_t number) {
  return {whole.name + "." + std::to_string(number), whole.options};
}

Cookie named(std::string name, bool secure) {
  Cookie cookie{std::move(name), {}};
  cookie.options.secure = secure;
  return cookie;
}

}  // namespace

Cookies default_cookies(bool secure) {
  const std::string prefix = secure ? "__Secure-" : "";
  return {named(prefix + "next-auth.session-token", secure), named(prefix + "next-auth.callback-url", secure),
          // __Host-: set by this host alone, for its own root.
          named(std::string(secure ? "__Host-" : "") + "next-auth.csrf-token", secure),
          named(prefix + "next-auth.pkce.code_verifier", secure), named(prefix + "next-auth.state", secure)};
}

std::string Context::session_cookie() const {
  const Cookie& whole = options.cookies.session_token;
  if (auto value = cookies.find(whole.name)) return std::move(*value);
  std::string token;
  for (size_t i = 0; i < piece_limit && has_pieces(); ++i) {
    const auto value = cookies.find(piece(whole, i).name);
    if (!value) break;
    token += *value;
  }
  return token;
}

void Context::set_session_cookie(const std::string& value, base::Time expires) {
  const Cookie& whole = options.cookies.session_token;
  // A jwt callback may put anything into a token. One that fills the Cookie header would shut its owner out:
  // each request of his would be refused for its size.
  const size_t most = std::min(options.limits.header / 4 * 3, piece_limit * piece_size);
  if (value.size() > most)
    throw model::AuthError(model::Code::Callback, "the session token has " + std::to_string(value.size()) +
                                                      " bytes, more than " + std::to_string(most));
  if (value.size() <= piece_size / 3 || http::encode(value).size() <= piece_size) {
    if (options.session.jwt)
      set_token_cookie(whole, value, expires);
    else
      set_cookie(whole, value, expires);
    clear_pieces(0);
    return;
  }
  size_t count = 0;
  for (size_t at = 0; at < value.size(); at += piece_size, ++count)
    set_cookie(piece(whole, count), std::string_view(value).substr(at, piece_size), expires);
  // Else the old whole one would be read before the pieces.
  if (cookies.has(whole.name)) clear_cookie(whole);
  clear_pieces(count);
}

void Context::clear_session_cookie() {
  clear_cookie(options.cookies.session_token);
  clear_pieces(0);
}

bool Context::has_pieces() const {
  const std::string& whole = options.cookies.session_token.name;
  return std::any_of(cookies.sent().begin(), cookies.sent().end(), [&](const auto& cookie) {
    return cookie.first.size() > whole.size() && cookie.first.starts_with(whole);
  });
}

void Context::clear_pieces(size_t from) {
  if (!has_pieces()) return;
  for (size_t i = from; i < piece_limit; ++i) {
    const Cookie stale = piece(options.cookies.session_token, i);
    if (cookies.has(stale.name)) clear_cookie(stale);
  }
}

}  // namespace routes
