#pragma once
// The ways in: CGI variables become a request, a response becomes what a web server expects.
#include <functional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "http/http.hpp"

namespace gateway {

/// Answers a request; throws nothing but std::bad_alloc.
using Handler = std::function<http::Response(const http::Request&)>;

/// Reads up to `size` bytes of the body; how many came, 0 at its end.
using Body = std::function<size_t(char* into, size_t size)>;

struct Input {
  const char* const* variables;  // CGI's (RFC 3875 §4.1) as NAME=value, with a null pointer behind the last
  Body body;
  bool is_for_guard = false;  // asked in FastCGI's role AUTHORIZER
};

/// The request. Throws http::BadRequest: 413, 431, 503 where too many bodies are waited for, or 400 for a
/// body that is too short, a CONTENT_LENGTH that is no number, or a NUL byte.
http::Request read_request(const Input&, const http::Limits&);

/// "Status: 302 Found", headers with those that all answers have, a blank line and the body, which HEAD does
/// not get.
std::string write_response(const http::Response&, http::Method);
/// A guard's 200, which lets the request go on: no more than the headers, for Apache puts all of them onto
/// the guarded page. A Content-Length would be taken for that page's.
std::string write_leave(const http::Response&);

/// Reads, handles and writes one request. Bad requests are answered here, and logged.
std::string serve(const Input&, const http::Limits&, const Handler&, const base::Log&);

/// Is descriptor 0 a listening socket, as FastCGI has it?
bool is_fastcgi();

/// Serves FastCGI with so many threads until SIGTERM, SIGUSR1, SIGINT or SIGHUP; what is in flight is
/// finished first. The process's exit code.
int run_fastcgi(int threads, const http::Limits&, const Handler&, const base::Log&);

/// Answers the one request of a CGI process. The process's exit code.
int run_cgi(const http::Limits&, const Handler&, const base::Log&);

}  // namespace gateway
