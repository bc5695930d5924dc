// Gives a target the files named, one after the other: what libFuzzer's main does with files, without clang.
// A target that is not content ends the process. With FUZZ_SHOW set the targets that can, show what they made
// of it.
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz.hpp"

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    if (!file) {
      (void)std::fprintf(stderr, "cannot read %s\n", argv[i]);
      return 1;
    }
    (void)std::fprintf(stderr, "%s\n", argv[i]);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  return 0;
}
