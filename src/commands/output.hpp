#pragma once
// Private to commands/: what goes to standard output, and how long work shows that it goes on.
#include <array>
#include <chrono>
#include <streambuf>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace commands {

/// Whoever was reading standard output has seen enough: `nextauth.fcgi users | head`.
struct ReaderGone {};

/// While it lives, std::cout throws std::system_error, or ReaderGone, at the first write that fails: a full
/// disk or a reader that has gone must not look like success.
class Output : public std::streambuf {
 public:
  Output();
  ~Output() override;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

 protected:
  int overflow(int character) override;
  int sync() override;

 private:
  void write_all();

  std::array<char, 16384> buffer_{};
  std::streambuf* before_;
};

/// The text as a terminal may be given it: names come from strangers, and control characters (of Latin 1 too)
/// can make a terminal do things.
std::string printable(std::string_view);

/// A value for people: "-" where there is none.
std::string shown(const std::optional<std::string>&);

/// With spaces behind it, one at least: as wide as a column.
std::string padded(std::string text, size_t width);

void print(const base::Json&);

/// A list in JSON, element by element: it may be longer than memory.
class JsonList {
 public:
  void add(const base::Json&);
  void end();

 private:
  bool empty_ = true;
};

/// "3,400 of 10,000 users" on standard error where that is a terminal, at most ten times a second; gone at
/// the end.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(size_t done, size_t all);

 private:
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace commands
