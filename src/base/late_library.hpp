#pragma once
#include <string>
#include <string_view>

// Each shared library costs each process that starts, and few processes need them all. In the ordinary build
// those that the Makefile names (LATE) are not loaded at the start: it makes this program's references to
// their symbols weak, the dynamic loader leaves them null, and a LateLibrary fills them in.
namespace base {

/// A library that is loaded when it is first needed: a static local, before a symbol of it is used.
class LateLibrary {
 public:
  /// Loads `file` ("libidn2.so.0") and fills in every reference to a symbol with `part` ("idn2_") in its
  /// name. Does nothing where the program was linked with the library. From any thread. Throws
  /// std::runtime_error, with nothing filled in, where it is not installed or has not all of these symbols.
  LateLibrary(const std::string& file, std::string_view part);
};

}  // namespace base
