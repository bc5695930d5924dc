#include "base/sandbox.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/landlock.hpp"
#include "base/seccomp.hpp"

namespace base {

void keep_memory_private() {
  // The limit is for the programs that we start: they are given secrets too, and are dumpable again.
  constexpr rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

Confined confine(const Confinement& left) {
  // Both need it of whoever is not root: no setuid program gives back what is given up here.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return {};
  // Landlock first: its system calls are among those that are refused afterwards.
  const int landlock = confine_files(left);
  return {.landlock = landlock, .seccomp = refuse_system_calls(left.programs)};
}

}  // namespace base
