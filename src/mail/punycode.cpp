// libidn2, loaded when the first international domain comes: with the tables of Unicode that it brings along,
// it would be a fifteenth of what each process takes to start, and few addresses need it.
#include "mail/punycode.hpp"

#include <dlfcn.h>
#include <idn2.h>

#include <stdexcept>

// The one-file executable (make dist) has them in it; elsewhere they are null.
#pragma weak idn2_to_ascii_8z
#pragma weak idn2_free

namespace mail {
namespace {

struct Idn2 {
  decltype(&::idn2_to_ascii_8z) to_ascii;
  decltype(&::idn2_free) free;
};

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (!function) throw std::runtime_error(std::string("libidn2 has no function ") + name);
}

Idn2 load() {
  if (&::idn2_to_ascii_8z && &::idn2_free) return {&::idn2_to_ascii_8z, &::idn2_free};
  void* const library = ::dlopen("libidn2.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw std::runtime_error(std::string("for international domains, install libidn2: ") + ::dlerror());
  Idn2 found{};
  find(library, "idn2_to_ascii_8z", found.to_ascii);
  find(library, "idn2_free", found.free);
  return found;
}

}  // namespace

// clang's control-flow integrity knows the functions of this program only.
#if defined(__clang__)
__attribute__((no_sanitize("cfi-icall")))
#endif
std::optional<std::string>
to_punycode(const std::string& domain) {
  static const Idn2 idn2 = load();
  char* found = nullptr;
  const int result = idn2.to_ascii(domain.c_str(), &found, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  std::optional<std::string> out;
  if (result == IDN2_OK && found) out = found;
  idn2.free(found);
  return out;
}

}  // namespace mail
