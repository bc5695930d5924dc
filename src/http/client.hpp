#pragma once
// The one way out: requests to providers.
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "http/http.hpp"

namespace http {

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds total_timeout{10000};
  std::chrono::milliseconds idle_lifetime{30000};  // of a connection that is kept for the next request
  size_t answer_limit = size_t{1} << 20;           // bytes, after decompression
  std::string user_agent = "nextauth.fcgi";
  bool plain_http = false;  // also beyond loopback: for what is no secret, and is believed by nobody
};

struct Outgoing {
  std::string method = "GET";
  std::string url{};
  Pairs headers{};
  std::string body{};
  bool follow = false;  // redirects to the same origin, three at most
};

struct Answer {
  int status = 0;
  Pairs headers;
  std::string body;

  /// The first header of that name, whatever its case; "" if there is none.
  std::string header(std::string_view name) const;
  /// What a header gives by this name ("max-age", of "Max-Age=60"); none if it gives none or no whole number.
  std::optional<std::chrono::seconds> seconds(std::string_view header, std::string_view name) const;
};

/// No answer: not resolved, refused, timed out, too large, not trusted. what() says where, without the query,
/// and which.
struct Unreachable : std::runtime_error {
  explicit Unreachable(const std::string& which) : std::runtime_error(which), why(which) {}
  Unreachable(const std::string& place, const std::string& which)
      : std::runtime_error(place + ": " + which), why(which) {}
  std::string why;  // which alone
};

struct Client {
  virtual ~Client() = default;
  /// Throws Unreachable. https only, save for loopback. Safe to call from many threads.
  virtual Answer send(const Outgoing&) = 0;
};

/// cpp-httplib's; keeps connections for the next request.
std::unique_ptr<Client> make_client(ClientOptions);

}  // namespace http
