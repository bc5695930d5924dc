// The only home of libidn2.
#include "mail/punycode.hpp"

#include <idn2.h>

#include "base/late_library.hpp"

namespace mail {

std::optional<std::string> to_punycode(const std::string& domain) {
  static const base::LateLibrary library("libidn2.so.0", "idn2_");
  char* found = nullptr;
  const int result = idn2_to_ascii_8z(domain.c_str(), &found, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  std::optional<std::string> out;
  if (result == IDN2_OK && found) out = found;
  idn2_free(found);
  return out;
}

}  // namespace mail
