#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "base/waiting.hpp"
#include "gateway/gateway.hpp"

namespace gateway {
namespace {

using http::BadRequest;
using http::Method;

/// The variables that are read. Of one that comes twice the first counts.
enum Variable : size_t {
  request_method,
  script_name,
  path_info,
  request_uri,
  query_string,
  content_type,
  content_length,
  remote_addr,
  http_cookie,
  http_accept_language,
  http_x_forwarded_for,
  http_transfer_encoding,
  http_accept,
  http_sec_fetch_mode,
  redirect_status,
  redirect_url,
  redirect_query_string,
  variable_count
};
constexpr std::array<std::string_view, variable_count> names{
    "REQUEST_METHOD",       "SCRIPT_NAME",          "PATH_INFO",
    "REQUEST_URI",          "QUERY_STRING",         "CONTENT_TYPE",
    "CONTENT_LENGTH",       "REMOTE_ADDR",          "HTTP_COOKIE",
    "HTTP_ACCEPT_LANGUAGE", "HTTP_X_FORWARDED_FOR", "HTTP_TRANSFER_ENCODING",
    "HTTP_ACCEPT",          "HTTP_SEC_FETCH_MODE",  "REDIRECT_STATUS",
    "REDIRECT_URL",         "REDIRECT_QUERY_STRING"};

/// Where a name is looked for: each of them has a place of its own, so that one comparison tells whether a
/// variable is read, and most need none.
constexpr size_t place(std::string_view name) {
  const auto code = [](char c) { return size_t{static_cast<unsigned char>(c)}; };
  return (name.size() + 2 * code(name.back()) + 3 * code(name.front())) % 64;
}
constexpr std::array<Variable, 64> at_place = [] {
  std::array<Variable, 64> found;
  found.fill(variable_count);
  for (size_t i = 0; i < names.size(); ++i) {
    if (found[place(names[i])] != variable_count) throw "two names at one place: choose other factors";
    found[place(names[i])] = Variable(i);
  }
  return found;
}();

/// Their values, lent; "" where there is none. All are gone through once: servers send thirty and more.
class Values {
 public:
  Values(const char* const* variables, const http::Limits& limits) {
    size_t headers = 0;
    for (; *variables; ++variables) {
      const std::string_view entry(*variables);
      const size_t equals = std::min(entry.find('='), entry.size());
      const std::string_view name = entry.substr(0, equals);
      const std::string_view value = entry.substr(std::min(equals + 1, entry.size()));
      if (name.starts_with("HTTP_")) {
        check_length(value, limits);
        headers += entry.size() - 5;
      }
      keep(name, value);
    }
    if (headers > limits.headers)
      throw BadRequest(431, "The headers are longer than " + std::to_string(limits.headers) + " bytes.");
    for (const Variable other : {content_type, remote_addr}) check_length(values_[other], limits);
    for (const Variable address : {request_uri, query_string, script_name, path_info})
      if (values_[address].size() > limits.header)
        throw BadRequest(414, "The address is longer than " + std::to_string(limits.header) + " bytes.");
  }

  std::string_view operator[](Variable which) const { return values_[which]; }

 private:
  static void check_length(std::string_view value, const http::Limits& limits) {
    if (value.size() > limits.header)
      throw BadRequest(431, "A header is longer than " + std::to_string(limits.header) + " bytes.");
  }

  void keep(std::string_view name, std::string_view value) {
    const Variable which = name.empty() ? variable_count : at_place[place(name)];
    if (which == variable_count || names[which] != name || values_[which].data()) return;
    values_[which] = value;
  }

  std::array<std::string_view, variable_count> values_{};
};

Method method(std::string_view name) {
  if (name == "GET") return Method::get;
  if (name == "HEAD") return Method::head;
  if (name == "POST") return Method::post;
  return Method::other;
}

size_t length_of_body(const Values& values, const http::Limits& limits) {
  const std::string_view value = values[content_length];
  // Where such a body ends is for the server to say; without that it is not read, and not taken for empty.
  if (value.empty() && values[http_transfer_encoding].data())
    throw BadRequest(411, "A body without CONTENT_LENGTH cannot be read.");
  if (value.empty()) return 0;
  // Digits only: "+5", " 5" and "0x5" are read differently by different programs.
  if (!base::is_digits(value)) throw BadRequest(400, "CONTENT_LENGTH is no number.");
  size_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error != std::errc{} || length > limits.body)
    throw BadRequest(413, "The body is longer than " + std::to_string(limits.body) + " bytes.");
  return length;
}

std::string read_body(const Input& input, size_t length) {
  if (length == 0) return {};
  // Some web servers (Apache's mod_proxy_fcgi) hand on what a slow visitor sends as it comes.
  const base::Waiting for_the_visitor;
  std::string body(length, '\0');
  for (size_t have = 0; have < body.size();) {
    const size_t came = input.body(body.data() + have, body.size() - have);
    if (came == 0) throw BadRequest(400, "The body is shorter than CONTENT_LENGTH says.");
    have += came;
  }
  if (body.find('\0') != std::string::npos) throw BadRequest(400, "The body has a NUL byte.");
  return body;
}

void check_path(const http::Request& request) {
  for (const std::string* path : {&request.script_name, &request.path_info})
    if (!base::is_utf8(*path)) throw BadRequest(400, "The path is not UTF-8.");
  if (request.request_uri.find("%00") != std::string::npos) throw BadRequest(400, "The path has a NUL byte.");
}

}  // namespace

http::Request read_request(const Input& input, const http::Limits& limits) {
  const Values values(input.variables, limits);
  const auto text = [&](Variable which) { return std::string(values[which]); };
  http::Request request{
      .method = method(values[request_method]),
      .method_name = text(request_method),
      .script_name = text(script_name),
      .path_info = text(path_info),
      .request_uri = text(request_uri),
      .query = text(query_string),
      .content_type = text(content_type),
      .body = {},
      .cookie = text(http_cookie),
      .accept_language = text(http_accept_language),
      .remote_address = text(remote_addr),
      .forwarded_for = text(http_x_forwarded_for),
      .accept = text(http_accept),
      .fetch_mode = text(http_sec_fetch_mode),
      .redirected = {text(redirect_status), text(redirect_url), text(redirect_query_string)},
      .is_for_guard = input.is_for_guard};
  check_path(request);
  if (request.is_for_guard) {
    // They are the guarded page's own, and the body stays with the web server (FastCGI §6.3).
    request.query.clear();
    return request;
  }
  try {
    request.body = read_body(input, length_of_body(values, limits));
  } catch (const base::Busy&) {
    throw BadRequest(503, "Too many requests are under way. Please try again in a moment.");
  }
  return request;
}

}  // namespace gateway
