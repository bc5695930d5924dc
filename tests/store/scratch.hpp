#pragma once
// Databases for one test, gone after it.
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <filesystem>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "store/store.hpp"

namespace scratch {

using namespace std::chrono_literals;

struct StoppedClock : base::Clock {
  base::Time time = base::parse_time("2026-11-23 16:00:00.123").value();
  base::Time now() const override { return time; }
};

class Folder {
 public:
  Folder() : path_(mkdtemp(name_.data())) {}
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::string name_ = (std::filesystem::temp_directory_path() / "store-test-XXXXXX").string();
  std::filesystem::path path_;
};

/// A kind of database that the store's tests run on.
struct Sqlite {
  Folder folder;
  StoppedClock clock;
  base::Log log;
  std::vector<std::string> lines;  // what is logged
  base::LogSink sink{[this](std::string_view line) { lines.emplace_back(line); }};
  std::string file = folder.file("auth.db");

  store::Options options() const { return {"sqlite:" + file, 2s}; }
  std::unique_ptr<store::Store> open() const { return store::open(options(), clock, log); }
  bool logged(std::string_view code) const {
    for (const std::string& line : lines)
      if (line.find(code) != std::string::npos) return true;
    return false;
  }
};

inline model::User named(const std::string& name) {
  model::User user;
  user.name = name;
  return user;
}

inline model::User with_email(const std::string& email) {
  model::User user;
  user.email = email;
  return user;
}

/// What SQLite itself answers: columns joined by '|', a line for each row.
inline std::string sql(const std::string& file, const std::string& statements) {
  sqlite3* db = nullptr;
  std::string rows;
  sqlite3_open(file.c_str(), &db);
  const auto add = [](void* out, int columns, char** values, char**) {
    for (int i = 0; i < columns; ++i)
      static_cast<std::string*>(out)->append(i ? "|" : "").append(values[i] ? values[i] : "null");
    static_cast<std::string*>(out)->append("\n");
    return 0;
  };
  if (sqlite3_exec(db, statements.c_str(), add, &rows, nullptr) != SQLITE_OK) rows += sqlite3_errmsg(db);
  sqlite3_close(db);
  return rows;
}

/// Does it in eight threads at the same moment; how often it was true.
inline int race(const std::function<bool(store::Store&)>& work, const Sqlite& database) {
  std::atomic<int> wins = 0;
  std::latch start(8);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const auto store = database.open();
      start.arrive_and_wait();
      if (work(*store)) ++wins;
    });
  for (std::thread& thread : threads) thread.join();
  return wins;
}

/// Starts a process for it that succeeds if it is true.
inline pid_t start_child(const std::function<bool()>& work) {
  fflush(nullptr);  // lest the child prints it too
  const pid_t child = fork();
  if (child != 0) return child;
  bool good = false;
  try {
    good = work();
  } catch (const std::exception& error) {
    fprintf(stderr, "child: %s\n", error.what());
  }
  _exit(good ? 0 : 1);
}

inline bool succeeded(pid_t child) {
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

inline bool in_child(const std::function<bool()>& work) { return succeeded(start_child(work)); }

/// The error's text; "" if there was none.
inline std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const store::StoreError& error) {
    return error.what();
  }
  return "";
}

}  // namespace scratch
