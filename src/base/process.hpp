#pragma once
// Runs another program: no shell, only the environment it is given, bounded in time and output.
#include <chrono>
#include <string>
#include <vector>

namespace base {

struct ProcessResult {
  int exit_code = 0;   // 128 and the signal's number where a signal ended it
  std::string output;  // its standard output
  std::string errors;  // its standard error; the end is missing beyond the limit
};

struct ProcessOptions {
  std::vector<std::string> command{};      // the program, by path or looked for in PATH, and its arguments
  std::string input{};                     // its standard input
  std::string secret_input{};              // what it can read from /dev/fd/3, kept in memory; "" for none
  std::vector<std::string> environment{};  // NAME=VALUE; nothing else is in it
  std::chrono::milliseconds timeout{10000};
  size_t output_limit = 65536;  // bytes
};

/// What the program made of its input. Throws std::runtime_error, which names the program and never its
/// arguments, if it cannot be started, takes longer than the timeout or writes more than the limit: then it
/// is killed with its process group; or Busy. Safe in a process of many threads; no descriptor of ours
/// reaches it.
ProcessResult run_process(const ProcessOptions&);

}  // namespace base
