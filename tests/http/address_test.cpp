#include <doctest/doctest.h>

#include "http/http.hpp"

namespace {

std::string client(const std::string& remote, const std::string& forwarded,
                   const std::vector<std::string>& trusted) {
  std::vector<http::AddressRange> ranges;
  for (const std::string& text : trusted) ranges.push_back(http::parse_address_range(text).value());
  return http::client_address(remote, forwarded, ranges);
}

}  // namespace

TEST_CASE("an address or a range of them is read, anything else is not") {
  CHECK(http::parse_address_range("192.0.2.1")->bits == 32);
  CHECK(http::parse_address_range("10.0.0.0/8")->bits == 8);
  CHECK(http::parse_address_range("2001:db8::/32")->bits == 32);
  CHECK(http::parse_address_range("::ffff:192.0.2.1")->bits == 32);
  for (const char* text :
       {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0", "::/129", "1.2.3.4 "})
    CHECK_FALSE(http::parse_address_range(text));
  CHECK_FALSE(http::parse_address_range(std::string_view("192.0.2.1\0x", 11)));
}

TEST_CASE("an address of one kind is in no range of the other, whatever its bytes") {
  CHECK(client("a01::1", "198.51.100.7", {"10.0.0.0/8"}) == "a01::1");
  CHECK(client("10.1.2.3", "198.51.100.7", {"a01::/16"}) == "10.1.2.3");
}

TEST_CASE("X-Forwarded-For is believed of trusted proxies only") {
  CHECK(client("192.0.2.1", "198.51.100.7", {}) == "192.0.2.1");
  CHECK(client("192.0.2.1", "198.51.100.7", {"127.0.0.1"}) == "192.0.2.1");
  CHECK(client("127.0.0.1", "198.51.100.7", {"127.0.0.1"}) == "198.51.100.7");
  CHECK(client("::ffff:127.0.0.1", "198.51.100.7", {"127.0.0.1"}) == "198.51.100.7");
}

TEST_CASE("what a client writes into X-Forwarded-For himself does not count") {
  CHECK(client("127.0.0.1", "203.0.113.9, 198.51.100.7", {"127.0.0.1"}) == "198.51.100.7");
  CHECK(client("127.0.0.1", "203.0.113.9, 198.51.100.7, 10.1.2.3", {"127.0.0.1", "10.0.0.0/8"}) ==
        "198.51.100.7");
  CHECK(client("127.0.0.1", "203.0.113.9, nonsense", {"127.0.0.1"}) == "127.0.0.1");
  CHECK(client("127.0.0.1", "", {"127.0.0.1"}) == "127.0.0.1");
}

TEST_CASE("one client is an IPv4 address or an IPv6 network of 64 bits") {
  CHECK(http::address_group("192.0.2.1") != http::address_group("192.0.2.2"));
  CHECK(http::address_group("2001:db8::1") == http::address_group("2001:db8::ffff:2"));
  CHECK(http::address_group("2001:db8::1") != http::address_group("2001:db8:0:1::1"));
  CHECK(http::address_group("::ffff:192.0.2.1") == http::address_group("192.0.2.1"));
}
