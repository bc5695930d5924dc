#include "base/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "base/text.hpp"

using base::ProcessOptions;
using base::run_process;
using namespace std::chrono_literals;

namespace {

ProcessOptions shell(const std::string& script) { return {.command = {"/bin/sh", "-c", script}}; }

std::string complaint(const ProcessOptions& options) {
  try {
    run_process(options);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a program gets its input and gives its output, its errors and its exit code") {
  ProcessOptions options = shell("cat; echo trouble >&2; exit 3");
  options.input = "word";
  const auto result = run_process(options);
  CHECK(result.output == "word");
  CHECK(result.errors == "trouble\n");
  CHECK(result.exit_code == 3);
}

TEST_CASE("a program without a path is looked for in PATH") {
  CHECK(run_process({.command = {"echo", "found"}}).output == "found\n");
}

TEST_CASE("arguments are no shell's: they arrive as they are") {
  CHECK(run_process({.command = {"echo", "$(id); * \"quoted\" 'too'"}}).output ==
        "$(id); * \"quoted\" 'too'\n");
}

TEST_CASE("the environment is what it is given, and nothing of ours") {
  ::setenv("PROCESS_TEST_SECRET", "ours", 1);
  CHECK(run_process({.command = {"env"}}).output.empty());
  CHECK(run_process({.command = {"env"}, .environment = {"A=1", "B=2"}}).output == "A=1\nB=2\n");
}

TEST_CASE("a program has a process group of its own, which it is ended with") {
  const auto result = run_process(shell("cut -d' ' -f5 /proc/$$/stat; echo $$"));
  const size_t half = result.output.size() / 2;
  CHECK(half > 1);
  CHECK(result.output.substr(0, half) == result.output.substr(half));
}

TEST_CASE("no descriptor of ours reaches the program, marked or not") {
  const int leaky = ::open("/dev/null", O_RDONLY);  // NOLINT: without O_CLOEXEC on purpose
  REQUIRE(leaky >= 3);
  const auto result = run_process(shell("for fd in 0 1 2 " + std::to_string(leaky) +
                                        "; do [ -e /proc/self/fd/$fd ] && echo $fd; done; true"));
  ::close(leaky);
  CHECK(result.output == "0\n1\n2\n");
}

TEST_CASE("a secret comes by a descriptor of its own, and only where there is one") {
  ProcessOptions options = shell("cat; cat /dev/fd/3; ls /proc/self/fd | wc -l");
  options.input = "public ";
  options.secret_input = "secret ";
  CHECK(run_process(options).output == "public secret 5\n");  // ls has the folder open too
  CHECK(run_process(shell("ls /proc/self/fd | wc -l")).output == "4\n");
}

TEST_CASE("a signal that we ignore or block ends the program all the same") {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  const auto result = run_process(shell("kill -PIPE $$; echo still here"));
  ::signal(SIGPIPE, before);
  CHECK(result.exit_code == 128 + SIGPIPE);
  CHECK(result.output.empty());
}

TEST_CASE("more input than a pipe holds goes through and comes back") {
  ProcessOptions options = shell("cat");
  options.input.assign(1000000, 'x');
  options.output_limit = 1000000;
  CHECK(run_process(options).output == options.input);
}

TEST_CASE("a program that reads nothing of its input may still end well") {
  ProcessOptions options = shell("exec <&-; echo done");
  options.input.assign(1000000, 'x');
  CHECK(run_process(options).output == "done\n");
}

TEST_CASE("output up to the limit is taken, a byte more is refused") {
  ProcessOptions options = shell("printf 12345");
  options.output_limit = 5;
  CHECK(run_process(options).output == "12345");
  options.output_limit = 4;
  CHECK(complaint(options) == "/bin/sh: wrote more than 4 bytes");
  CHECK(complaint({.command = {"yes"}}) == "yes: wrote more than 65536 bytes");
}

TEST_CASE("errors beyond the limit are cut and stop nothing") {
  ProcessOptions options = shell("yes trouble | head -c 300000 >&2; echo done");
  options.output_limit = 10;
  const auto result = run_process(options);
  CHECK(result.errors == "trouble\ntr");
  CHECK(result.output == "done\n");
}

TEST_CASE("a program that takes too long is killed with all that it started") {
  const auto file = std::filesystem::temp_directory_path() / ("process-test-" + std::to_string(::getpid()));
  ProcessOptions options = shell("sleep 60 & echo $! >" + file.string() + "; wait");
  options.timeout = 500ms;
  CHECK(complaint(options) == "/bin/sh: took longer than 500 ms");
  pid_t grandchild = 0;
  std::ifstream(file) >> grandchild;
  std::filesystem::remove(file);
  REQUIRE(grandchild > 0);
  // Whoever takes orphans in may leave it a zombie for a while.
  const auto ended = [&] {
    std::string state;
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    stat >> state >> state >> state;
    return state.empty() || state == "Z";
  };
  for (int i = 0; i < 1000 && !ended(); ++i) std::this_thread::yield();
  CHECK(ended());
}

TEST_CASE("a program that closes its output and goes on is bounded too") {
  ProcessOptions options = shell("exec >&- 2>&-; exec sleep 60");
  options.timeout = 200ms;
  CHECK(complaint(options) == "/bin/sh: took longer than 200 ms");
}

TEST_CASE("what a program leaves in the background is not waited for") {
  ProcessOptions options = shell("sleep 2 & echo sent");
  options.timeout = 1500ms;
  CHECK(run_process(options).output == "sent\n");
}

TEST_CASE("a program that cannot be started is named") {
  CHECK(complaint({.command = {"/nowhere/program"}}) == "/nowhere/program: No such file or directory");
  CHECK(complaint({.command = {"/etc/passwd"}}) == "/etc/passwd: Permission denied");
  CHECK(complaint({.command = {}}) == "no program is named");
}

TEST_CASE("many threads start programs at once, each with its own pipes") {
  std::vector<std::thread> threads;
  std::vector<std::string> outputs(8);
  for (size_t i = 0; i < outputs.size(); ++i)
    threads.emplace_back([&outputs, i] {
      ProcessOptions options{.command = {"cat"}};
      options.input = std::to_string(i);
      for (int round = 0; round < 5; ++round) outputs[i] += run_process(options).output;
    });
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string one = std::to_string(i);
    CHECK(outputs[i] == one + one + one + one + one);
  }
}

TEST_CASE("the exit code is known even where a parent had us ignore that children end") {
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  CHECK(run_process(shell("exit 7")).exit_code == 7);
  ::signal(SIGCHLD, before);
}
