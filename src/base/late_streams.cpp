#include "base/late_streams.hpp"

#include <ios>

// The linker puts these two around std::ios_base::Init::Init() (--wrap, in `make dist` only), which every
// source that includes <iostream> calls before main. The destructor goes by a count, and does nothing more
// often than it was made.
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
extern "C" {
void __real__ZNSt8ios_base4InitC1Ev(std::ios_base::Init*) __attribute__((weak));
void __wrap__ZNSt8ios_base4InitC1Ev(std::ios_base::Init*) {}
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

namespace base {

void make_standard_streams() {
  alignas(std::ios_base::Init) static char made[sizeof(std::ios_base::Init)];
  if (__real__ZNSt8ios_base4InitC1Ev)
    __real__ZNSt8ios_base4InitC1Ev(reinterpret_cast<std::ios_base::Init*>(made));
}

}  // namespace base
