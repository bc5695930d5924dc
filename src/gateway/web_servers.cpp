#include "gateway/web_servers.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "http/http.hpp"

namespace gateway {
namespace {

/// The bytes of an address; none if it is none, or a range of them.
std::optional<std::string> address_bytes(std::string_view text) {
  auto range = http::parse_address_range(text);
  if (!range || range->bits != range->bytes.size() * 8) return {};
  return std::move(range->bytes);
}

}  // namespace

WebServers::WebServers(const char* list) {
  if (!list || !*list) return;
  admitted_.emplace();
  for (const std::string_view address : base::split(list, ','))
    if (auto bytes = address_bytes(base::trim(address))) admitted_->push_back(std::move(*bytes));
}

bool WebServers::admit(const sockaddr_storage& peer) const {
  if (!admitted_ || peer.ss_family == AF_UNIX) return true;
  const auto bytes = address_bytes(address_of(peer));
  return bytes && std::find(admitted_->begin(), admitted_->end(), *bytes) != admitted_->end();
}

std::string address_of(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = peer.ss_family == AF_INET6
                          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr)
                          : &reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
  return ::inet_ntop(peer.ss_family, bytes, text.data(), text.size()) ? text.data() : "";
}

}  // namespace gateway
