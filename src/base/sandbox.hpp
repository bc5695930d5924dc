#pragma once
// What the process gives up for good, so that whoever takes it over has little with it. Linux's own means,
// where the kernel has them; nothing here fails where it has not.
#include <filesystem>
#include <vector>

namespace base {

/// No core dump holds our secrets, and no other process of this user reads our memory.
void keep_memory_private();

/// What is left to the process. A folder stands for all below it; what does not exist is left out.
struct Confinement {
  std::vector<std::filesystem::path> readable;  // files and folders
  std::vector<std::filesystem::path> writable;  // folders, in which files are also made and deleted
  bool programs = false;                        // the system's own may be started; they inherit all of this
};

/// What the kernel had.
struct Confined {
  int landlock = 0;      // its version; 0: files are as before
  bool seccomp = false;  // dangerous system calls are refused
};

/// For the calling thread and those that it starts: to be called before there are others.
Confined confine(const Confinement&);

}  // namespace base
