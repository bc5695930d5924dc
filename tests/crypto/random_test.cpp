#include <doctest/doctest.h>

#include <numeric>
#include <set>
#include <string>

#include "crypto/crypto.hpp"

using namespace crypto;

namespace {

struct Counting : Random {
  void fill(std::span<std::uint8_t> out) override { std::iota(out.begin(), out.end(), std::uint8_t{7}); }
};

}  // namespace

TEST_CASE("random bytes and digits are those of the source") {
  Counting random;
  CHECK(random_bytes(random, 4) == "\x07\x08\x09\x0a");
  CHECK(random_hex(random, 4) == "0708090a");
  CHECK(random_hex(random, 0).empty());
}

TEST_CASE("the system's random bytes do not repeat, and all values come") {
  CHECK(random_hex(system_random(), 32) != random_hex(system_random(), 32));
  // More than getrandom(2) need give at once.
  const std::string bytes = random_bytes(system_random(), 100'000);
  CHECK(std::set<char>(bytes.begin(), bytes.end()).size() == 256);
}
