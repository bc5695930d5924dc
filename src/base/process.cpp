#include "base/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/waiting.hpp"

namespace base {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds longest_wait{20};  // until it is looked whether the program has ended
constexpr int unknown_exit_code = 255;    // where somebody else in this process has asked for it
constexpr int secret_descriptor = 3;      // after standard input, output and error
constexpr int first_free_descriptor = 4;

[[noreturn]] void fail(const ProcessOptions& options, const std::string& why) {
  throw std::runtime_error(options.command.at(0) + ": " + why);
}

void check(int error, const ProcessOptions& options) {
  if (error != 0) fail(options, std::generic_category().message(error));
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read, write;
};

/// None of the first ones: what is copied onto those would else be overwritten.
Descriptor moved_up(Descriptor from, const ProcessOptions& options) {
  if (from.get() >= first_free_descriptor) return from;
  Descriptor to(::fcntl(from.get(), F_DUPFD_CLOEXEC, first_free_descriptor));
  if (!to.is_open()) check(errno, options);
  return to;
}

Pipe make_pipe(const ProcessOptions& options) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) check(errno, options);
  Descriptor read(ends[0]);
  Descriptor write(ends[1]);
  return {moved_up(std::move(read), options), moved_up(std::move(write), options)};
}

/// A file in memory alone, that no other program can open; closed if there is nothing to be in it.
Descriptor make_secret(const ProcessOptions& options) {
  if (options.secret_input.empty()) return Descriptor();
  Descriptor file(::memfd_create("input", MFD_CLOEXEC));
  if (!file.is_open()) check(errno, options);
  const auto size = ssize_t(options.secret_input.size());
  if (::pwrite(file.get(), options.secret_input.data(), options.secret_input.size(), 0) != size)
    check(errno, options);
  return moved_up(std::move(file), options);
}

void no_waiting(const Descriptor& end) { ::fcntl(end.get(), F_SETFL, O_NONBLOCK); }

/// Writing to a program that has ended is an error to us, not our end; this thread alone is touched.
class NoBrokenPipeSignal {
 public:
  NoBrokenPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipeSignal() {
    constexpr timespec now{};
    while (::sigtimedwait(&pipe_, nullptr, &now) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
  NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;

 private:
  sigset_t pipe_{}, before_{};
};

/// A web server that ignores SIGCHLD hands that on, and then no exit code would ever come.
void make_sure_of_exit_codes() {
  struct sigaction now {};
  if (::sigaction(SIGCHLD, nullptr, &now) != 0 || now.sa_handler != SIG_IGN) return;
  now.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &now, nullptr);
}

/// How it starts: own process group, every signal as the system has it, and no descriptor but those meant for
/// it.
class Start {
 public:
  Start(const Pipe& in, const Pipe& out, const Pipe& error, const Descriptor& secret) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, in.read.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, out.write.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, error.write.get(), STDERR_FILENO);
    if (secret.is_open()) ::posix_spawn_file_actions_adddup2(&actions_, secret.get(), secret_descriptor);
    // Libraries do not mark every descriptor of theirs: a visitor's connection, say.
    ::posix_spawn_file_actions_addclosefrom_np(&actions_,
                                               secret.is_open() ? first_free_descriptor : secret_descriptor);
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~Start() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;

  pid_t operator()(const ProcessOptions& options) const {
    const auto pointers = [](const std::vector<std::string>& texts) {
      std::vector<char*> all;
      all.reserve(texts.size() + 1);
      // posix_spawn takes char* for history's sake and changes nothing.
      for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
      all.push_back(nullptr);
      return all;
    };
    pid_t pid = 0;
    check(::posix_spawnp(&pid, options.command[0].c_str(), &actions_, &attributes_,
                         pointers(options.command).data(), pointers(options.environment).data()),
          options);
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// A program that runs; killed with its group unless it has ended.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    if (pid_ == 0) return;
    // Not reaped yet, so the number is still its own.
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// None while it runs.
  std::optional<int> exit_code() {
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return {};
    pid_ = 0;
    if (ended < 0) return unknown_exit_code;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

/// Takes what is there, up to a little more than the limit; closes the pipe at its end.
void read_some(Descriptor& from, std::string& to, size_t limit) {
  std::array<char, 4096> buffer{};
  while (to.size() <= limit) {
    const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return from.reset();
    to.append(buffer.data(), size_t(count));
  }
}

/// Gives what fits; closes the pipe when all is given, or the program wants no more.
void write_some(Descriptor& to, std::string_view& text) {
  while (!text.empty()) {
    const ssize_t count = ::write(to.get(), text.data(), text.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) break;
    text.remove_prefix(size_t(count));
  }
  to.reset();
}

class Conversation {
 public:
  /// `rest`: of the input, which `in` has not been given yet.
  Conversation(const ProcessOptions& options, Descriptor in, std::string_view rest, Pipe out, Pipe error)
      : options_(options),
        rest_(rest),
        in_(std::move(in)),
        out_(std::move(out.read)),
        error_(std::move(error.read)) {
    for (const Descriptor* end : {&out_, &error_}) no_waiting(*end);
  }

  ProcessResult finish(Child& child) {
    const Clock::time_point deadline = Clock::now() + options_.timeout;
    for (;;) {
      // Asked for before the last reading: what it wrote before its end is in the pipes by then. Whatever it
      // left running in the background may keep them open, and is not waited for.
      const auto code = child.exit_code();
      exchange();
      if (code) {
        result_.exit_code = *code;
        return std::move(result_);
      }
      const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
      if (left.count() <= 0)
        fail(options_, "took longer than " + std::to_string(options_.timeout.count()) + " ms");
      wait(std::min(left, longest_wait));
    }
  }

 private:
  void exchange() {
    if (in_.is_open()) write_some(in_, rest_);
    if (out_.is_open()) read_some(out_, result_.output, options_.output_limit);
    if (error_.is_open()) read_some(error_, result_.errors, options_.output_limit);
    if (result_.output.size() > options_.output_limit)
      fail(options_, "wrote more than " + std::to_string(options_.output_limit) + " bytes");
    if (result_.errors.size() > options_.output_limit) result_.errors.resize(options_.output_limit);
  }

  void wait(milliseconds longest) {
    std::array<pollfd, 3> ends{
        {{in_.get(), POLLOUT, 0}, {out_.get(), POLLIN, 0}, {error_.get(), POLLIN, 0}}};  // -1 is skipped
    ::poll(ends.data(), ends.size(), int(longest.count()));
  }

  const ProcessOptions& options_;
  std::string_view rest_;  // of the input
  Descriptor in_, out_, error_;
  ProcessResult result_;
};

}  // namespace

ProcessResult run_process(const ProcessOptions& options) {
  if (options.command.empty()) throw std::runtime_error("no program is named");
  const Waiting waiting;
  make_sure_of_exit_codes();
  const NoBrokenPipeSignal quiet;
  Pipe in = make_pipe(options);
  Pipe out = make_pipe(options);
  Pipe error = make_pipe(options);
  const Descriptor secret = make_secret(options);
  // Before it starts: should we be killed meanwhile, it must not take a part for the whole and mail that.
  no_waiting(in.write);
  std::string_view rest = options.input;
  write_some(in.write, rest);
  Child child(Start(in, out, error, secret)(options));
  in.read.reset();
  Conversation conversation(options, std::move(in.write), rest, std::move(out), std::move(error));
  return conversation.finish(child);
}

}  // namespace base
