// Client addresses: REMOTE_ADDR on the first line, X-Forwarded-For after it.
#include "fuzz.hpp"
#include "http/http.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<http::AddressRange> trusted{*http::parse_address_range("127.0.0.0/8"),
                                                       *http::parse_address_range("2001:db8::/33")};
  std::string_view rest = fuzz::text(data, size);
  const std::string remote(fuzz::take(rest));
  const std::string client = http::client_address(remote, std::string(rest), trusted);
  if (!http::parse_address_range(remote)) fuzz::require(client == remote, "only a known proxy is believed");
  const std::string group = http::address_group(client);
  fuzz::require(http::address_group(group) == group || http::parse_address_range(group),
                "a group is a range or itself");
  if (const auto range = http::parse_address_range(rest))
    fuzz::require(range->bytes.size() * 8 >= range->bits, "a range has no more bits than an address");
  return 0;
}
