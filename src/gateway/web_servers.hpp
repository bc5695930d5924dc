#pragma once
// Private to gateway/: which web servers may connect.
#include <sys/socket.h>

#include <optional>
#include <string>
#include <vector>

namespace gateway {

/// FCGI_WEB_SERVER_ADDRS (FastCGI §3.2): who connects over TCP must come from one of these addresses, as
/// whatever a web server says of a request is believed. A Unix socket has its file's mode for that.
class WebServers {
 public:
  /// "127.0.0.1,192.0.2.7"; null or empty: everybody may. What is no address admits nobody.
  explicit WebServers(const char* list);

  bool admit(const sockaddr_storage& peer) const;

 private:
  std::optional<std::vector<std::string>> admitted_;  // their bytes
};

/// "192.0.2.1"; "" if it is no Internet address.
std::string address_of(const sockaddr_storage& peer);

}  // namespace gateway
