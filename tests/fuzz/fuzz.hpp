#pragma once
// What the targets share. A target is one function, LLVMFuzzerTestOneInput; the folder of its name in corpus/
// holds its seeds.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes the text up to this separator off the front; all of it where there is none.
inline std::string_view take(std::string_view& rest, std::string_view separator = "\n") {
  const std::string_view front = rest.substr(0, rest.find(separator));
  rest.remove_prefix(front.size() + separator.size() < rest.size() ? front.size() + separator.size()
                                                                   : rest.size());
  return front;
}

/// What must be so whatever the input is.
inline void require(bool holds, const char* what) {
  if (holds) return;
  (void)std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

}  // namespace fuzz
