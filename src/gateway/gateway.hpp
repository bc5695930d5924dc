#pragma once
// The ways in: CGI variables become a request, a response becomes what a web server expects.
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "http/http.hpp"

namespace gateway {

/// Answers a request; throws nothing but std::bad_alloc.
using Handler = std::function<http::Response(const http::Request&)>;

/// One CGI variable (RFC 3875 §4.1); none if it is not set.
using Variables = std::function<std::optional<std::string_view>(const char* name)>;
/// All of them as NAME=value: for the sum of the headers.
using AllVariables = std::function<void(const std::function<void(std::string_view entry)>&)>;
/// Reads up to `size` bytes of the body; how many came, 0 at its end.
using Body = std::function<size_t(char* into, size_t size)>;

struct Input {
  Variables variable;
  AllVariables all;
  Body body;
};

/// The request. Throws http::BadRequest: 413, 431, or 400 for a body that is too short, a CONTENT_LENGTH that
/// is no number, or a NUL byte.
http::Request read_request(const Input&, const http::Limits&);

/// "Status: 302 Found", headers, a blank line and the body, which HEAD does not get.
std::string write_response(const http::Response&, http::Method);

/// Reads, handles and writes one request. Bad requests are answered here.
std::string serve(const Input&, const http::Limits&, const Handler&);

/// Is descriptor 0 a listening socket, as FastCGI has it?
bool is_fastcgi();

/// Serves FastCGI with so many threads until SIGTERM or SIGUSR1; what is in flight is finished first. The
/// process's exit code.
int run_fastcgi(int threads, const http::Limits&, const Handler&, const base::Log&);

/// Answers the one request of a CGI process. The process's exit code.
int run_cgi(const http::Limits&, const Handler&);

}  // namespace gateway
