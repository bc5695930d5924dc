#include <algorithm>

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
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = error.what()};
}

/// Of a request that could not be read; "" if it is not there.
std::string_view variable(const char* const* variables, std::string_view name) {
  for (; *variables; ++variables)
    if (const std::string_view one = *variables;
        one.starts_with(name) && one.size() > name.size() && one[name.size()] == '=')
      return one.substr(name.size() + 1);
  return {};
}

/// The visitor sees a sentence; who looks for it later has this. Without the query, which may hold a code.
void log_refusal(const base::Log& log, const char* const* variables, const http::BadRequest& error) {
  const std::string_view uri = variable(variables, "REQUEST_URI");
  log.warn_seldom("request_refused", {{"status", std::to_string(error.status)},
                                      {"path", std::string(uri.substr(0, uri.find('?')))},
                                      {"reason", error.what()}});
}

/// On every answer to a visitor: none is for caches, frames, or other sites to learn about.
constexpr std::string_view usual =
    "\r\nCache-Control: private, no-store"
    "\r\nX-Content-Type-Options: nosniff"
    "\r\nReferrer-Policy: no-referrer"
    "\r\nX-Frame-Options: DENY"
    "\r\nContent-Length: ";

/// Without `to_visitor` no more than the headers that it has.
std::string write(const http::Response& response, bool to_visitor, bool with_body) {
  // More than the first line and the length take.
  size_t size = 128 + usual.size() + response.body.size();
  for (const auto& [name, value] : response.headers) size += name.size() + value.size() + 4;
  std::string out(size, '\0');
  char* end = out.data();
  const auto put = [&end](std::string_view part) { end = std::copy(part.begin(), part.end(), end); };
  put("Status: ");
  put(std::to_string(response.status));
  put(" ");
  put(reason(response.status));
  for (const auto& [name, value] : response.headers) {
    put("\r\n");
    put(name);
    put(": ");
    put(value);
  }
  if (to_visitor) {
    put(usual);
    put(std::to_string(response.body.size()));
  }
  put("\r\n\r\n");
  if (with_body) put(response.body);
  out.resize(size_t(end - out.data()));
  return out;
}

}  // namespace

std::string write_response(const http::Response& response, http::Method method) {
  return write(response, true, method != http::Method::head);
}

std::string write_leave(const http::Response& response) { return write(response, false, false); }

std::string serve(const Input& input, const http::Limits& limits, const Handler& handler,
                  const base::Log& log) {
  http::Method method = http::Method::get;
  http::Response response;
  try {
    const http::Request request = read_request(input, limits);
    method = request.method;
    response = handler(request);
  } catch (const http::BadRequest& error) {
    // The refusal of HEAD has no body either.
    if (variable(input.variables, "REQUEST_METHOD") == "HEAD") method = http::Method::head;
    log_refusal(log, input.variables, error);
    response = refusal(error);
  }
  if (input.is_for_guard && response.status == 200) return write_leave(response);
  return write_response(response, method);
}

}  // namespace gateway
