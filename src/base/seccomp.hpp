#pragma once
// Private to base/sandbox.cpp: seccomp(2), which refuses system calls.

namespace base {

/// Whether the kernel does; else nothing is changed. `programs`: others may be started.
bool refuse_system_calls(bool programs);

}  // namespace base
