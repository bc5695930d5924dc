#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "http/http.hpp"

namespace http {
namespace {

constexpr std::string_view mapped_prefix("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);

/// 4 or 16 bytes; none if it is no address. ::ffff:192.0.2.1 is 192.0.2.1.
std::optional<std::string> address_bytes(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return {};
  const std::string terminated(text);
  std::array<char, 16> bytes{};
  if (::inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 4);
  if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) != 1) return {};
  const std::string all(bytes.data(), bytes.size());
  return all.starts_with(mapped_prefix) ? all.substr(mapped_prefix.size()) : all;
}

bool contains(const AddressRange& range, const std::string& address) {
  if (range.bytes.size() != address.size()) return false;
  for (unsigned bit = 0; bit < range.bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    const auto a = static_cast<unsigned char>(range.bytes[bit / 8]),
               b = static_cast<unsigned char>(address[bit / 8]);
    if ((a & mask) != (b & mask)) return false;
  }
  return true;
}

bool is_trusted(std::string_view address, const std::vector<AddressRange>& trusted) {
  const auto bytes = address_bytes(address);
  return bytes && std::any_of(trusted.begin(), trusted.end(),
                              [&](const auto& range) { return contains(range, *bytes); });
}

}  // namespace

std::optional<AddressRange> parse_address_range(std::string_view text) {
  const size_t slash = text.find('/');
  auto bytes = address_bytes(text.substr(0, slash));
  if (!bytes) return {};
  const unsigned all = unsigned(bytes->size()) * 8;
  AddressRange range{std::move(*bytes), all};
  if (slash == std::string_view::npos) return range;
  const std::string_view digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), range.bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || range.bits > all) return {};
  return range;
}

std::string client_address(const std::string& remote_address, const std::string& forwarded_for,
                           const std::vector<AddressRange>& trusted) {
  if (trusted.empty() || !is_trusted(remote_address, trusted)) return remote_address;
  // From the end: what a client wrote there himself stands before what the proxies added.
  auto hops = base::split(forwarded_for, ',');
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const std::string_view address = base::trim(*hop);
    if (!address_bytes(address)) break;
    if (!is_trusted(address, trusted)) return std::string(address);
  }
  return remote_address;
}

std::string address_group(const std::string& address) {
  constexpr size_t network = 8;  // bytes
  const auto bytes = address_bytes(address);
  if (!bytes) return address;
  return base::to_hex(bytes->size() == 4 ? *bytes : bytes->substr(0, network));
}

}  // namespace http
