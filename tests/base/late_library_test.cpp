#include "base/late_library.hpp"

#include <doctest/doctest.h>

#include <array>
#include <latch>
#include <thread>
#include <vector>

// Of liblzma, which every Debian has and this program is not linked with; the last is of no library.
extern "C" {
unsigned lzma_version_number() __attribute__((weak));
const char* lzma_version_string() __attribute__((weak));
unsigned lzma_crc32(const unsigned char*, size_t, unsigned) __attribute__((weak));
unsigned long lzma_crc64(const unsigned char*, size_t, unsigned long) __attribute__((weak));
unsigned lzma_check_size(int) __attribute__((weak));
unsigned char lzma_check_is_supported(int) __attribute__((weak));
unsigned lzma_vli_size(unsigned long) __attribute__((weak));
size_t lzma_stream_buffer_bound(size_t) __attribute__((weak));
size_t lzma_block_buffer_bound(size_t) __attribute__((weak));
unsigned long lzma_physmem() __attribute__((weak));
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
  // Each has its own symbol filled in, so that all of them write.
  const std::array<std::pair<const char*, bool (*)()>, 8> symbols{
      {{"lzma_crc32", [] { return lzma_crc32(digits.data(), digits.size(), 0) == 0xcbf43926; }},
       {"lzma_crc64", [] { return lzma_crc64(digits.data(), digits.size(), 0) == 0x995dc9bbdf1939fa; }},
       {"lzma_check_size", [] { return lzma_check_size(1) == 4; }},
       {"lzma_check_is_supported", [] { return lzma_check_is_supported(1) == 1; }},
       {"lzma_vli_size", [] { return lzma_vli_size(1) == 1; }},
       {"lzma_stream_buffer_bound", [] { return lzma_stream_buffer_bound(1) > 1; }},
       {"lzma_block_buffer_bound", [] { return lzma_block_buffer_bound(1) > 1; }},
       {"lzma_physmem", [] { return lzma_physmem() > 0; }}}};
  std::latch all_there{symbols.size()};
  std::array<bool, symbols.size()> works{};
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < symbols.size(); i++)
      threads.emplace_back([&, i] {
        all_there.arrive_and_wait();
        works[i] = problem(liblzma, symbols[i].first).empty() && symbols[i].second();
      });
  }
  for (size_t i = 0; i < symbols.size(); i++) CHECK_MESSAGE(works[i], symbols[i].first);
}
