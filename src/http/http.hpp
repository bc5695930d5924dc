#pragma once
// Values of HTTP: URLs, forms, cookies, a request and its response.
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace http {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// The first value of that name; null pointer if there is none.
const std::string* find(const Pairs&, std::string_view name);
/// The same as a value of one's own.
std::optional<std::string> first(const Pairs&, std::string_view name);
/// Replaces the first of that name where it stands, or adds it at the end.
void put(Pairs&, std::string_view name, std::string value);

// --- URLs ---

/// encodeURIComponent: all but A–Z a–z 0–9 - _ . ! ~ * ' ( ) as %XX.
std::string encode(std::string_view);
/// The same, at the end of a text.
void append_encoded(std::string& out, std::string_view);
/// The same, but also ! ' ( ) * (RFC 3986 unreserved only), as OAuth 1.0a wants it (RFC 5849 §3.6).
std::string encode_strict(std::string_view);
/// The same, but also the '/' between a path's parts stays.
std::string encode_path(std::string_view);
/// %XX decoded, '+' kept; none if a % is not followed by two digits.
std::optional<std::string> decode(std::string_view);
/// a=1&b=2, each part by encode().
std::string encode_query(const Pairs&);
/// The url with more query parameters: '?' or '&' first, before any '#'.
std::string with_query(std::string_view url, const Pairs&);

/// A path as web servers look for its file: slashes that follow each other are one, "." and ".." are gone.
/// None if it does not begin with '/', leads above the root, or has what programs read differently: control
/// characters, backslashes, bytes that are no UTF-8.
std::optional<std::string> plain_path(std::string_view decoded);

struct Url {
  std::string scheme;      // lower case, without ':'
  std::string host;        // lower case; [::1] with its brackets
  std::uint16_t port = 0;  // the scheme's where none is written
  std::string path;        // begins with '/'
  std::string query;       // without '?'
  std::string fragment;    // without '#'
  bool userinfo = false;   // it had user:password@

  /// scheme://host, and :port where it is not the scheme's.
  std::string origin() const;
  /// path and query, as a request line has it.
  std::string target() const;
};

/// An absolute http or https URL; none if it is anything else, or has control characters, spaces or
/// backslashes.
std::optional<Url> parse_url(std::string_view);
/// The same as a browser reads it (WHATWG URL): blanks around and line breaks inside are dropped, backslashes
/// are slashes, slashes after the scheme may lack or abound, letters of the host are small, %XX in it
/// decoded. For judging where a text would lead; none if a browser would not go to an http(s) address.
std::optional<Url> parse_url_as_browser(std::string_view);
/// Whether it begins with this origin (scheme://host[:port]) and goes on with a path or not at all, in a form
/// that every reader understands alike. Answers for most URLs of one's own site without taking them apart.
bool is_plainly_within(std::string_view url, std::string_view origin);
/// 127.0.0.0/8, [::1] or localhost.
bool is_loopback(const Url&);
/// https, or http to a loopback address: where secrets may be sent.
bool is_trustworthy(const Url&);

// --- client addresses ---

/// "192.0.2.1", "2001:db8::/32": an IPv4 or IPv6 address, or a range of them.
struct AddressRange {
  std::string bytes;  // 4 or 16, in network order
  unsigned bits = 0;  // that count
};
/// None if it is neither.
std::optional<AddressRange> parse_address_range(std::string_view);
/// Who sent the request: REMOTE_ADDR; if that is a trusted proxy, the last address of X-Forwarded-For that is
/// none.
std::string client_address(const std::string& remote_address, const std::string& forwarded_for,
                           const std::vector<AddressRange>& trusted);
/// What counts as one client: an IPv4 address, or an IPv6 network of 64 bits, which is what one household
/// gets.
std::string address_group(const std::string& address);

// --- forms ---

struct FormError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// application/x-www-form-urlencoded. Throws FormError beyond `limit` fields, for invalid percent-encoding,
/// for text that is no UTF-8 and for a NUL byte.
Pairs parse_form(std::string_view, size_t limit);

// --- cookies (RFC 6265) ---

/// What a Cookie header holds, lent from it: a site has many cookies of its own, and of most no more than the
/// name is looked at.
class Cookies {
 public:
  Cookies() = default;
  /// Throws FormError beyond `limit` cookies.
  Cookies(std::string_view header, size_t limit);

  /// Names, and values as they came, without blanks around them and quotes; in the header's order.
  using Sent = std::vector<std::pair<std::string_view, std::string_view>>;
  const Sent& sent() const { return sent_; }

  bool has(std::string_view name) const;
  /// The first value of that name, decoded as decodeURIComponent does (kept as it is where that fails); none
  /// if there is none.
  std::optional<std::string> find(std::string_view name) const;

 private:
  Sent sent_;
};

struct CookieOptions {
  std::string path = "/";
  std::string domain;
  std::string same_site = "lax";  // lax, strict, none, or "" for no such attribute
  bool http_only = true;
  bool secure = false;
  std::optional<long long> max_age;  // seconds
  std::optional<base::Time> expires;
};
/// A Set-Cookie value: attributes in v3's order: Max-Age, Domain, Path, Expires, HttpOnly, Secure, SameSite.
std::string set_cookie(std::string_view name, std::string_view value, const CookieOptions&);
/// The same of a value that encode() would not change.
std::string set_plain_cookie(std::string_view name, std::string_view value, const CookieOptions&);

// --- messages ---

/// How much of a request is read; each with its own status.
struct Limits {
  size_t body = 65536;     // bytes; 413
  size_t header = 16384;   // bytes of one header's value; 431
  size_t headers = 65536;  // bytes of all of them; 431
  size_t fields = 200;     // of a form, or cookies; 400
};

/// A request that cannot be taken as it is; what() is a sentence for its sender.
struct BadRequest : std::runtime_error {
  BadRequest(int http_status, const std::string& why) : std::runtime_error(why), status(http_status) {}
  int status;
};

enum class Method { get, head, post, other };

/// Apache asks for its ErrorDocument with what it was about: REDIRECT_STATUS, REDIRECT_URL (a decoded path),
/// REDIRECT_QUERY_STRING.
struct Redirected {
  std::string status, path, query;
};

struct Request {
  Method method = Method::get;
  std::string method_name = "GET";
  std::string script_name, path_info, request_uri;
  std::string query;  // as it came
  std::string content_type;
  std::string body;
  std::string cookie;  // the header, as it came
  std::string accept_language;
  std::string remote_address;
  std::string forwarded_for;
  std::string accept, fetch_mode;  // Accept, Sec-Fetch-Mode
  Redirected redirected;
  bool is_for_guard = false;  // in FastCGI's role AUTHORIZER: may this request go on?
};

struct Response {
  int status = 200;
  Pairs headers;
  std::string body;
};

}  // namespace http
