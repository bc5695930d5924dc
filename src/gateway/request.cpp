#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "gateway/gateway.hpp"

namespace gateway {
namespace {

using http::BadRequest;
using http::Method;

std::string text(const Input& input, const char* name) {
  return std::string(input.variable(name).value_or(""));
}

/// The header's value, no longer than is allowed.
std::string header(const Input& input, const char* name, const http::Limits& limits) {
  std::string value = text(input, name);
  if (value.size() > limits.header)
    throw BadRequest(431, "A header is longer than " + std::to_string(limits.header) + " bytes.");
  return value;
}

/// An address or a part of it: as long as a header may be.
std::string address(const Input& input, const char* name, const http::Limits& limits) {
  std::string value = text(input, name);
  if (value.size() > limits.header)
    throw BadRequest(414, "The address is longer than " + std::to_string(limits.header) + " bytes.");
  return value;
}

void check_headers(const Input& input, const http::Limits& limits) {
  size_t sum = 0;
  size_t longest = 0;
  input.all([&](std::string_view entry) {
    if (!entry.starts_with("HTTP_")) return;
    sum += entry.size() - 5;
    longest = std::max(longest, entry.size() - std::min(entry.find('=') + 1, entry.size()));
  });
  if (longest > limits.header)
    throw BadRequest(431, "A header is longer than " + std::to_string(limits.header) + " bytes.");
  if (sum > limits.headers)
    throw BadRequest(431, "The headers are longer than " + std::to_string(limits.headers) + " bytes.");
}

Method method(std::string_view name) {
  if (name == "GET") return Method::get;
  if (name == "HEAD") return Method::head;
  if (name == "POST") return Method::post;
  return Method::other;
}

size_t content_length(const Input& input, const http::Limits& limits) {
  const std::string value = text(input, "CONTENT_LENGTH");
  // Where such a body ends is for the server to say; without that it is not read, and not taken for empty.
  if (value.empty() && input.variable("HTTP_TRANSFER_ENCODING"))
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

std::string read_body(const Input& input, const http::Limits& limits) {
  std::string body(content_length(input, limits), '\0');
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
  check_headers(input, limits);
  http::Request request;
  request.method_name = text(input, "REQUEST_METHOD");
  request.method = method(request.method_name);
  request.script_name = text(input, "SCRIPT_NAME");
  request.path_info = text(input, "PATH_INFO");
  request.request_uri = address(input, "REQUEST_URI", limits);
  request.query = address(input, "QUERY_STRING", limits);
  request.content_type = header(input, "CONTENT_TYPE", limits);
  request.cookie = header(input, "HTTP_COOKIE", limits);
  request.accept_language = header(input, "HTTP_ACCEPT_LANGUAGE", limits);
  request.remote_address = header(input, "REMOTE_ADDR", limits);
  request.forwarded_for = header(input, "HTTP_X_FORWARDED_FOR", limits);
  check_path(request);
  request.body = read_body(input, limits);
  return request;
}

}  // namespace gateway
