#include "base/late_library.hpp"

#include <doctest/doctest.h>

#include <array>
#include <thread>
#include <vector>

// Of liblzma, which every Debian has and this program is not linked with; the last is of no library.
extern "C" {
unsigned lzma_version_number() __attribute__((weak));
const char* lzma_version_string() __attribute__((weak));
unsigned lzma_crc32(const unsigned char*, size_t, unsigned) __attribute__((weak));
unsigned long lzma_crc64(const unsigned char*, size_t, unsigned long) __attribute__((weak));
unsigned lzma_is_told_the_time() __attribute__((weak));
unsigned late_library_of_nobody() __attribute__((weak));
}

namespace {

constexpr auto liblzma = "liblzma.so.5";
constexpr std::array<unsigned char, 9> digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};

/// What it throws; "" if nothing.
std::string problem(const char* file, std::string_view part) {
  try {
    base::LateLibrary{file, part};
    return {};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a late library's symbols are null until it is loaded, and only what was named is filled in") {
  REQUIRE(!&lzma_version_number);
  REQUIRE(!&lzma_version_string);
  CHECK(problem(liblzma, "lzma_version_n") == "");
  CHECK(lzma_version_number() / 10'000'000 == 5);
  CHECK(!&lzma_version_string);
  // A second time there is nothing left to do.
  CHECK(problem("libnobody.so.1", "lzma_version_n") == "");
}

TEST_CASE("a late library that is not installed, or of another version, is told by its name") {
  CHECK(
      problem("libnobody.so.1", "late_library_of_") ==
      "a library must be installed for this: libnobody.so.1: cannot open shared object file: No such file or "
      "directory");
  CHECK(problem(liblzma, "lzma_is_told").find("a library is not of the version this was built with: ") == 0);
  CHECK(problem(liblzma, "lzma_is_told").find("liblzma.so.5") != std::string::npos);
  CHECK(!&late_library_of_nobody);
  CHECK(!&lzma_is_told_the_time);
}

TEST_CASE("what the program is linked with is not loaded again") {
  CHECK(problem("libnobody.so.1", "sqlite3_") == "");
}

TEST_CASE("late libraries can be asked for by threads at the same time") {
  std::vector<std::jthread> threads;
  std::array<unsigned long, 8> sums{};
  for (size_t i = 0; i < sums.size(); i++)
    threads.emplace_back([i, &sums] {
      if (problem(liblzma, i % 2 ? "lzma_crc32" : "lzma_crc64").empty())
        sums[i] =
            i % 2 ? lzma_crc32(digits.data(), digits.size(), 0) : lzma_crc64(digits.data(), digits.size(), 0);
    });
  threads.clear();
  // The check values of CRC-32/ISO-HDLC and CRC-64/XZ.
  for (size_t i = 0; i < sums.size(); i++) CHECK(sums[i] == (i % 2 ? 0xcbf43926UL : 0x995dc9bbdf1939faUL));
}
