// A child enters the sandbox and tries to get out: what stands here is what the kernel really refuses.
#include "base/sandbox.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "base/landlock.hpp"
#include "base/process.hpp"

namespace {

namespace fs = std::filesystem;

/// A folder with `open/`, that the child may write to, `seen/`, that it may read, and `hidden/`.
struct Folders {
  fs::path root = fs::temp_directory_path() / ("nextauth-sandbox-" + std::to_string(::getpid()));
  fs::path open = root / "open", seen = root / "seen", hidden = root / "hidden";
  Folders() {
    for (const fs::path& folder : {open, seen, hidden}) {
      fs::create_directories(folder);
      std::ofstream(folder / "file") << "text";
    }
    fs::create_symlink(hidden / "file", seen / "link");
  }
  ~Folders() { fs::remove_all(root); }
  Folders(const Folders&) = delete;
  Folders& operator=(const Folders&) = delete;
  base::Confinement confinement() const { return {.readable = {seen, root / "missing"}, .writable = {open}}; }
};

/// What `attempt` gives in a child that is confined; -1 if the child did not come to its end.
int confined(const base::Confinement& left, const std::function<int()>& attempt) {
  const pid_t child = ::fork();
  if (child == 0) {
    base::confine(left);
    ::_exit(attempt());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Of a call that gives -1 and errno: 0 if it went well, else the error.
int outcome(long result) { return result == -1 ? errno : 0; }

int opens(const fs::path& file, int flags) {
  const int descriptor = ::open(file.c_str(), flags | O_CLOEXEC, 0600);
  const int result = outcome(descriptor);
  if (descriptor >= 0) ::close(descriptor);
  return result;
}

struct Attempt {
  const char* what;
  std::function<int()> act;
};

}  // namespace

TEST_CASE("the kernel that runs these tests has Landlock and seccomp") {
  const Folders folders;
  const auto has = [](auto which) {
    return confined({}, [which] { return which(base::confine({})) ? 0 : 1; }) == 0;
  };
  CHECK(has([](const base::Confined& got) { return got.landlock >= 1; }));
  CHECK(has([](const base::Confined& got) { return got.seccomp; }));
}

TEST_CASE("of the files, those that were left can be used and no others") {
  const Folders folders;
  const Attempt possible[] = {
      {"read what is readable", [&] { return opens(folders.seen / "file", O_RDONLY); }},
      {"list it", [&] { return opens(folders.seen, O_RDONLY | O_DIRECTORY); }},
      {"write in a writable folder", [&] { return opens(folders.open / "file", O_RDWR | O_TRUNC); }},
      {"make a file there", [&] { return opens(folders.open / "new", O_RDWR | O_CREAT | O_EXCL); }},
      {"delete one", [&] { return outcome(::unlink((folders.open / "file").c_str())); }},
      {"change a mode", [&] { return outcome(::chmod((folders.open / "file").c_str(), 0600)); }},
      {"read the system's settings", [] { return opens("/etc/hosts", O_RDONLY); }},
      {"write to nothing", [] { return opens("/dev/null", O_RDWR); }},
  };
  for (const Attempt& attempt : possible) {
    CAPTURE(attempt.what);
    CHECK(confined(folders.confinement(), attempt.act) == 0);
    std::ofstream(folders.open / "file") << "text";
  }
  const Attempt impossible[] = {
      {"read what is neither", [&] { return opens(folders.hidden / "file", O_RDONLY); }},
      {"read it through a link", [&] { return opens(folders.seen / "link", O_RDONLY); }},
      {"read it by a way round", [&] { return opens(folders.seen / "../hidden/file", O_RDONLY); }},
      {"list what is neither", [&] { return opens(folders.hidden, O_RDONLY | O_DIRECTORY); }},
      {"write to what is readable", [&] { return opens(folders.seen / "file", O_WRONLY); }},
      {"make a file there", [&] { return opens(folders.seen / "new", O_RDWR | O_CREAT); }},
      {"delete one there", [&] { return outcome(::unlink((folders.seen / "file").c_str())); }},
      {"empty one there", [&] { return outcome(::truncate((folders.seen / "file").c_str(), 0)); }},
      {"move one out",
       [&] { return outcome(::rename((folders.open / "file").c_str(), (folders.hidden / "f").c_str())); }},
      {"make a link", [&] { return outcome(::symlink("/", (folders.open / "root").c_str())); }},
      {"read another process's variables", [] { return opens("/proc/1/environ", O_RDONLY); }},
      {"read our own memory as a file", [] { return opens("/proc/self/mem", O_RDWR); }},
      {"write to the system's settings", [] { return opens("/etc/hosts", O_WRONLY); }},
  };
  for (const Attempt& attempt : impossible) {
    CAPTURE(attempt.what);
    const int error = confined(folders.confinement(), attempt.act);
    CHECK((error == EACCES || error == EXDEV));
  }
}

TEST_CASE("dangerous system calls are refused") {
  char* none[] = {nullptr};
  const Attempt impossible[] = {
    {"start a program", [&] { return outcome(::execve("/bin/true", none, none)); }},
    {"start one by its descriptor",
     [&] { return outcome(::syscall(SYS_execveat, AT_FDCWD, "/bin/true", none, none, 0)); }},
    {"type into the terminal", [] { return outcome(::ioctl(STDIN_FILENO, TIOCSTI, "x")); }},
#if defined(__x86_64__)
    {"call by the numbers of x32", [] { return outcome(::syscall(0x40000000 | SYS_getpid)); }},
#endif
    {"be debugged", [] { return outcome(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }},
    {"read another's memory",
     [] { return outcome(::process_vm_readv(::getppid(), nullptr, 0, nullptr, 0, 0)); }},
    {"listen to the wire", [] { return outcome(::socket(AF_PACKET, SOCK_RAW, 0)); }},
    {"have a namespace of its own", [] { return outcome(::unshare(CLONE_NEWUSER)); }},
    {"start a child in one",
     [] { return outcome(::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)); }},
    {"load into the kernel", [] { return outcome(::syscall(SYS_bpf, 0, nullptr, 0)); }},
    {"use keys of the kernel", [] { return outcome(::syscall(SYS_keyctl, 0, 0, 0, 0, 0)); }},
    {"queue calls past the filter", [] { return outcome(::syscall(SYS_io_uring_setup, 1, nullptr)); }},
    {"set the clock", [] { return outcome(::syscall(SYS_clock_settime, CLOCK_REALTIME, nullptr)); }},
    {"map memory to be written and run",
     [] {
       return ::mmap(nullptr, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
                  ? errno
                  : 0;
     }},
    {"run what was written",
     [] {
       void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
       return outcome(::mprotect(page, 4096, PROT_READ | PROT_EXEC));
     }},
  };
  for (const Attempt& attempt : impossible) {
    CAPTURE(attempt.what);
    CHECK(confined({}, attempt.act) == EPERM);
  }
}

TEST_CASE("calls whose flags a filter cannot see are not known, so that libraries make the old ones") {
  CHECK(confined({}, [] { return outcome(::syscall(SYS_clone3, nullptr, 0)); }) == ENOSYS);
}

TEST_CASE("nothing gives back what is given up: no setuid program either") {
  CHECK(confined({}, [] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); }) == 1);
}

TEST_CASE("nobody is served, met or ended who is outside of the sandbox") {
  const int met = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un there{.sun_family = AF_UNIX, .sun_path = "\0nextauth-sandbox-test"};
  const std::string name = "-" + std::to_string(::getpid());
  name.copy(there.sun_path + 22, sizeof there.sun_path - 22);
  const auto* address = reinterpret_cast<const sockaddr*>(&there);
  REQUIRE(::bind(met, address, sizeof there) == 0);
  REQUIRE(::listen(met, 1) == 0);
  struct Newer : Attempt {
    long since;  // this version of Landlock
  };
  const Newer impossible[] = {
      {{"listen for visitors",
        [] {
          const sockaddr_in any{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
          const int server = ::socket(AF_INET, SOCK_STREAM, 0);
          return outcome(::bind(server, reinterpret_cast<const sockaddr*>(&any), sizeof any));
        }},
       4},
      {{"meet a program at an abstract name",
        [&] { return outcome(::connect(::socket(AF_UNIX, SOCK_STREAM, 0), address, sizeof there)); }},
       6},
      {{"signal a process", [] { return outcome(::kill(::getppid(), 0)); }}, 6},
  };
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  for (const Newer& attempt : impossible) {
    CAPTURE(attempt.what);
    const int error = confined({}, attempt.act);
    CHECK((version >= attempt.since) == (error == EACCES || error == EPERM));
  }
  ::close(met);
}

TEST_CASE("what was written is no program, where programs may run") {
  const Folders folders;
  base::Confinement left = folders.confinement();
  left.programs = true;
  const fs::path written = folders.open / "program";
  fs::copy_file("/bin/true", written);
  const auto start = [&] {
    char* none[] = {nullptr};
    return outcome(::execve(written.c_str(), none, none));
  };
  CHECK(confined(left, start) == EACCES);
}

TEST_CASE("Landlock alone, on a kernel without seccomp, starts no program either") {
  const pid_t child = ::fork();
  if (child == 0) {
    char* none[] = {nullptr};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    base::confine_files({});
    ::_exit(outcome(::execve("/bin/true", none, none)));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == EACCES);
}

TEST_CASE("what a server needs goes on: threads, connections, names, memory") {
  const Attempt possible[] = {
      {"a thread",
       [] {
         int result = 1;
         std::thread([&] { result = 0; }).join();
         return result;
       }},
      {"a child", [] { return outcome(::fork()); }},
      {"a connection", [] { return outcome(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }},
      {"a name",
       [] {
         addrinfo* found = nullptr;
         return ::getaddrinfo("localhost", "80", nullptr, &found);
       }},
      {"a library's code",
       [] {
         const int file = ::open("/bin/true", O_RDONLY | O_CLOEXEC);
         return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED ? errno : 0;
       }},
      {"memory", [] { return std::string(size_t{8} << 20, 'x').empty() ? 1 : 0; }},
  };
  for (const Attempt& attempt : possible) {
    CAPTURE(attempt.what);
    CHECK(confined({}, attempt.act) == 0);
  }
}

TEST_CASE("programs run where they are left, and are confined themselves") {
  const Folders folders;
  base::Confinement left = folders.confinement();
  left.programs = true;
  const auto cat = [&](const fs::path& file) {
    return confined(left, [&] { return base::run_process({.command = {"cat", file.string()}}).exit_code; });
  };
  CHECK(cat(folders.seen / "file") == 0);
  CHECK(cat(folders.hidden / "file") == 1);
  // Also a secret that is given to it as curl's is, and which is no file that anybody left.
  CHECK(confined(left, [] {
          return base::run_process({.command = {"cat", "/dev/fd/3"}, .secret_input = "secret"}).output ==
                         "secret"
                     ? 0
                     : 1;
        }) == 0);
}

TEST_CASE("there is no core dump, and others of the same user see no memory") {
  const pid_t child = ::fork();
  if (child == 0) {
    base::keep_memory_private();
    rlimit cores{};
    ::getrlimit(RLIMIT_CORE, &cores);
    ::_exit(::prctl(PR_GET_DUMPABLE) == 0 && cores.rlim_cur == 0 && cores.rlim_max == 0 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}
