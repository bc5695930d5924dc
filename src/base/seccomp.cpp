#include "base/seccomp.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

// A list of what is refused, not of what is allowed: which calls a C library needs changes with its version,
// and a site must not go down with an update of its host. Those below are for administrators, for debuggers,
// for making containers, or new and rich in bugs; a server of requests needs none.
namespace base {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t architecture = 0;  // unknown: nothing is refused
#endif

constexpr long refused[] = {
    // other processes, and their memory
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_pidfd_getfd,
    SYS_perf_event_open,
    // other views of the system
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_fanotify_init,
    // the kernel and its keys
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_bpf,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_syslog,
    SYS_personality,
    // the whole machine
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_acct,
    SYS_quotactl,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
#if defined(__x86_64__)
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
#endif
};

constexpr std::uint32_t refusal = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t unknown_call = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t new_namespaces =
    CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

using Steps = std::vector<sock_filter>;

sock_filter load(size_t offset) {
  return {.code = BPF_LD | BPF_W | BPF_ABS, .jt = 0, .jf = 0, .k = std::uint32_t(offset)};
}

/// The lower half of an argument, which is all of an int (both architectures are little-endian).
sock_filter load_argument(size_t which) {
  return load(offsetof(seccomp_data, args) + which * sizeof(std::uint64_t));
}

sock_filter answer(std::uint32_t what) { return {.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = what}; }

enum : std::uint16_t { equals = BPF_JEQ, has_any_of = BPF_JSET, at_least = BPF_JGE };

/// `then`, if what was loaded compares so; else on with what follows.
void when(Steps& steps, std::uint16_t comparison, std::uint32_t value, const Steps& then) {
  steps.push_back({.code = std::uint16_t(BPF_JMP | BPF_K | comparison),
                   .jt = 0,
                   .jf = std::uint8_t(then.size()),
                   .k = value});
  steps.insert(steps.end(), then.begin(), then.end());
}

/// Of the kinds of sockets only those of names, of the Internet and of the kernel's list of addresses.
Steps judge_socket() {
  Steps steps{load_argument(0)};
  for (const int family : {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK})
    when(steps, equals, std::uint32_t(family), {answer(SECCOMP_RET_ALLOW)});
  steps.push_back(answer(refusal));
  return steps;
}

Steps judge_bits(size_t argument, std::uint32_t bits) {
  Steps steps{load_argument(argument)};
  when(steps, has_any_of, bits, {answer(refusal)});
  steps.push_back(answer(SECCOMP_RET_ALLOW));
  return steps;
}

/// Typing into the terminal that we were started from.
Steps judge_ioctl() {
  Steps steps{load_argument(1)};
  when(steps, equals, TIOCSTI, {answer(refusal)});
  when(steps, equals, TIOCLINUX, {answer(refusal)});
  steps.push_back(answer(SECCOMP_RET_ALLOW));
  return steps;
}

/// Memory that was written does not become code; libraries are still loaded, from files.
Steps judge_mapping() {
  Steps anonymous{load_argument(3)};
  when(anonymous, has_any_of, MAP_ANONYMOUS, {answer(refusal)});
  anonymous.push_back(load_argument(2));
  when(anonymous, has_any_of, PROT_WRITE, {answer(refusal)});
  Steps steps{load_argument(2)};
  when(steps, has_any_of, PROT_EXEC, anonymous);
  steps.push_back(answer(SECCOMP_RET_ALLOW));
  return steps;
}

void judge_calls(Steps& steps) {
  for (const long call : refused) when(steps, equals, std::uint32_t(call), {answer(refusal)});
  when(steps, equals, SYS_socket, judge_socket());
  when(steps, equals, SYS_ioctl, judge_ioctl());
  when(steps, equals, SYS_clone, judge_bits(0, new_namespaces));
  // Its flags are behind a pointer: libraries then take clone().
  when(steps, equals, SYS_clone3, {answer(unknown_call)});
}

Steps filter(bool programs) {
  // A 64-bit process can make 32-bit calls, whose numbers are others.
  Steps steps{load(offsetof(seccomp_data, arch)),
              {.code = BPF_JMP | BPF_K | BPF_JEQ, .jt = 1, .jf = 0, .k = architecture},
              answer(refusal),
              load(offsetof(seccomp_data, nr))};
#if defined(__x86_64__)
  constexpr std::uint32_t x32 = 0x40000000;
  when(steps, at_least, x32, {answer(refusal)});
#endif
  judge_calls(steps);
  if (!programs) {
    when(steps, equals, SYS_execve, {answer(refusal)});
    when(steps, equals, SYS_execveat, {answer(refusal)});
    // Programs that make code as they run could not live with these.
    when(steps, equals, SYS_mprotect, judge_bits(2, PROT_EXEC));
    when(steps, equals, SYS_mmap, judge_mapping());
  }
  steps.push_back(answer(SECCOMP_RET_ALLOW));
  return steps;
}

}  // namespace

bool refuse_system_calls(bool programs) {
  if (architecture == 0) return false;
  Steps steps = filter(programs);
  const sock_fprog program{.len = static_cast<unsigned short>(steps.size()), .filter = steps.data()};
  // Without this flag older kernels would make all our code slower, against attacks on speculation that code
  // of a stranger would have to make.
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0)
    return true;
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

}  // namespace base
