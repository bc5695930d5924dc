#include "gateway/gateway.hpp"

namespace gateway {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

http::Response refusal(const http::BadRequest& error) {
  return {.status = error.status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"},
                      {"Cache-Control", "private, no-store"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Frame-Options", "DENY"}},
          .body = error.what()};
}

}  // namespace

std::string write_response(const http::Response& response, http::Method method) {
  std::string out;
  size_t size = 64 + response.body.size();
  for (const auto& [name, value] : response.headers) size += name.size() + value.size() + 4;
  out.reserve(size);
  out.append("Status: ").append(std::to_string(response.status)).append(" ").append(reason(response.status));
  out.append("\r\n");
  for (const auto& [name, value] : response.headers)
    out.append(name).append(": ").append(value).append("\r\n");
  out.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n\r\n");
  if (method != http::Method::head) out += response.body;
  return out;
}

std::string serve(const Input& input, const http::Limits& limits, const Handler& handler) {
  http::Method method = http::Method::get;
  http::Response response;
  try {
    const http::Request request = read_request(input, limits);
    method = request.method;
    response = handler(request);
  } catch (const http::BadRequest& error) {
    response = refusal(error);
  }
  return write_response(response, method);
}

}  // namespace gateway
