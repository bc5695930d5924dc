#pragma once
// Private to base/sandbox.cpp: Landlock (landlock(7)), which leaves a process some files and no others.
#include "base/sandbox.hpp"

namespace base {

/// The version of the kernel's Landlock; 0 if it has none, and then nothing is changed.
int confine_files(const Confinement&);

}  // namespace base
