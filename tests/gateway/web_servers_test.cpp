// Which web servers may connect: FCGI_WEB_SERVER_ADDRS.
#include "gateway/web_servers.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>

#include <cstring>

using namespace gateway;

namespace {

sockaddr_storage peer_at(const char* address) {
  sockaddr_storage peer{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(peer);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(peer);
  const bool is_v6 = std::strchr(address, ':') != nullptr;
  peer.ss_family = is_v6 ? AF_INET6 : AF_INET;
  CHECK(::inet_pton(peer.ss_family, address,
                    is_v6 ? static_cast<void*>(&v6.sin6_addr) : static_cast<void*>(&v4.sin_addr)) == 1);
  return peer;
}

bool admits(const char* list, const char* address) { return WebServers(list).admit(peer_at(address)); }

}  // namespace

TEST_CASE("without a list every web server may connect") {
  CHECK(admits(nullptr, "192.0.2.1"));
  CHECK(admits("", "2001:db8::1"));
}

TEST_CASE("a list admits its addresses and no others, however they are written") {
  for (const char* address : {"127.0.0.1", "192.0.2.7", "::1", "::ffff:192.0.2.7"})
    CHECK(admits("127.0.0.1, 192.0.2.7,::1", address));
  for (const char* address : {"127.0.0.2", "192.0.2.77", "::2", "::ffff:192.0.2.8"})
    CHECK_FALSE(admits("127.0.0.1, 192.0.2.7,::1", address));
}

TEST_CASE("what is no address admits nobody") {
  for (const char* list : {"localhost", ",", "*", "127.0.0", " ", "127.0.0.0/8"})
    CHECK_FALSE(admits(list, "127.0.0.1"));
}

TEST_CASE("who may come to a Unix socket says its file's mode") {
  sockaddr_storage peer{};
  peer.ss_family = AF_UNIX;
  CHECK(WebServers("127.0.0.1").admit(peer));
}
