#pragma once
// The C++ library makes std::cout and its like, and the locale under them, when a program starts: a twentieth
// of a CGI process's time, which never writes to them. In the one-file executable (make dist) they are made
// by this instead. In the ordinary build it does nothing.
namespace base {

/// Before std::cout, std::cerr or std::cin are first used.
void make_standard_streams();

}  // namespace base
