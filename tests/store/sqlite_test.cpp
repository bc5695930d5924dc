// What can go wrong with a database that is a file.
#include <doctest/doctest.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "scratch.hpp"

using namespace scratch;

namespace {

unsigned mode(const std::string& file) {
  struct stat status {};
  return stat(file.c_str(), &status) == 0 ? status.st_mode & 07777u : 0;
}

struct Umask {
  explicit Umask(mode_t mask) : before(umask(mask)) {}
  ~Umask() { umask(before); }
  mode_t before;
};

void write(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string read(const std::string& file) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  return bytes.str();
}

/// Permissions mean nothing to root.
void become_nobody() {
  if (geteuid() != 0) return;
  if (setgroups(0, nullptr) != 0 || setgid(65534) != 0 || setuid(65534) != 0) _exit(2);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the files are the owner's alone, under any umask") {
  for (const mode_t mask : {0u, 022u, 0777u}) {
    Sqlite database;
    const Umask umask(mask);
    const auto store = database.open();
    store->create_user({});
    CHECK(mode(database.file) == 0600);
    CHECK(mode(database.file + "-wal") == 0600);
    CHECK(mode(database.file + "-shm") == 0600);
  }
}

TEST_CASE("an existing file keeps its mode") {
  Sqlite database;
  database.open();
  chmod(database.file.c_str(), 0640);
  const auto store = database.open();
  store->create_user({});
  CHECK(mode(database.file) == 0640);
  CHECK(mode(database.file + "-wal") == 0640);
}

TEST_CASE("it is written in WAL mode") {
  Sqlite database;
  database.open();
  CHECK(sql(database.file, "PRAGMA journal_mode") == "wal\n");
}

TEST_CASE("where WAL cannot be had, DELETE mode serves, with one warning") {
  CHECK(in_child([] {
    sqlite3_vfs_register(sqlite3_vfs_find("unix-dotfile"), 1);  // has no shared memory
    Sqlite database;
    database.open()->create_user({});
    database.open();
    int warnings = 0;
    for (const std::string& line : database.lines) warnings += contains(line, "sqlite_without_wal");
    return warnings == 1 && sql(database.file, "PRAGMA journal_mode") == "delete\n" &&
           mode(database.file) == 0600;
  }));
}

TEST_CASE("a file that is no database is named and left untouched") {
  for (const std::string& bytes : {std::string("x"), std::string(100, 'x'), std::string(5000, '\0') + "end",
                                   std::string("SQLite format 3") + std::string(5000, 'x')}) {
    Sqlite database;
    write(database.file, bytes);
    CHECK(error_of([&] { database.open(); }) == database.file + ": file is not a database");
    CHECK(read(database.file) == bytes);
    CHECK_FALSE(std::filesystem::exists(database.file + "-wal"));
  }
}

TEST_CASE("an empty file is a new database") {
  Sqlite database;
  write(database.file, "");
  CHECK(database.open()->create_user({}).id == "1");
}

TEST_CASE("a missing directory is named") {
  Sqlite database;
  const std::string folder = database.folder.file("missing");
  database.file = folder + "/auth.db";
  CHECK(error_of([&] { database.open(); }) == database.file + ": there is no directory " + folder);
}

TEST_CASE("a directory is no database") {
  Sqlite database;
  std::filesystem::create_directory(database.file);
  CHECK(contains(error_of([&] { database.open(); }), database.file + ": unable to open database file"));
}

TEST_CASE("a kind of database that is not known is named without the rest of its URL") {
  Sqlite database;
  const store::Options options{"oracle://ann:password@db/auth", 2s};
  const std::string why = error_of([&] { store::open(options, database.clock, database.log); });
  CHECK(contains(why, "\"oracle:\""));
  CHECK_FALSE(contains(why, "password"));
}

TEST_CASE("a folder where nothing may be written is an error that says so") {
  Sqlite database;
  chmod(database.folder.file("").c_str(), 0555);
  CHECK(in_child([&] {
    become_nobody();
    return error_of([&] { database.open(); }) == database.file + ": cannot be made: Permission denied";
  }));
  chmod(database.folder.file("").c_str(), 0755);
}

TEST_CASE("a file that may only be read is an error that says so") {
  Sqlite database;
  database.open();
  chmod(database.file.c_str(), 0444);
  chmod(database.folder.file("").c_str(), 0777);
  CHECK(in_child([&] {
    become_nobody();
    return contains(error_of([&] { database.open()->create_user({}); }),
                    database.file + ": attempt to write a readonly database");
  }));
}

TEST_CASE("a full disk is an error, and what was written before is kept") {
  Sqlite database;
  database.open()->create_user(named("Ann"));
  CHECK(in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{200000, 200000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto store = database.open();
    store->create_user(named("Bob"));
    const std::string why = error_of([&] { store->create_user(named(std::string(400000, 'x'))); });
    return contains(why, database.file + ": ") && !contains(why, "xxx") && store->user("2")->name == "Bob";
  }));
  const auto store = database.open();
  CHECK(store->user("1")->name == "Ann");
  CHECK(store->user("2")->name == "Bob");
  CHECK_FALSE(store->user("3"));
}

TEST_CASE("a damaged database is an error that names it") {
  Sqlite database;
  database.open();
  std::string bytes = read(database.file);
  for (size_t i = 4096; i < bytes.size(); ++i) bytes[i] = 'x';
  write(database.file, bytes);
  CHECK(contains(error_of([&] { database.open()->user_by_email("ann@example.com"); }),
                 database.file + ": database disk image is malformed"));
}

TEST_CASE("a lock is waited for as long as is set, then it is an error") {
  Sqlite database;
  const auto holder = database.open();
  const auto waiter = database.open();
  const auto start = std::chrono::steady_clock::now();
  holder->transaction(
      [&] { CHECK(error_of([&] { waiter->create_user({}); }) == database.file + ": database is locked"); });
  const auto waited = std::chrono::steady_clock::now() - start;
  CHECK(waited > 1500ms);
  CHECK(waited < 10s);
  CHECK(waiter->create_user({}).id == "1");
}

TEST_CASE("one who reads for long keeps nobody from opening a database that is not in WAL mode yet") {
  Sqlite database;
  database.open();
  sql(database.file, "PRAGMA journal_mode = DELETE");
  CHECK(in_child([&] {  // for the warning is given once in a process
    sqlite3* reader = nullptr;
    sqlite3_open(database.file.c_str(), &reader);
    sqlite3_exec(reader, "BEGIN; SELECT * FROM users", nullptr, nullptr, nullptr);
    return !database.open()->user("1") && sqlite3_close(reader) == SQLITE_OK;
  }));
  database.open();
  CHECK(sql(database.file, "PRAGMA journal_mode") == "wal\n");
}

TEST_CASE("one who writes does not keep others from reading") {
  Sqlite database;
  const auto writer = database.open();
  const auto reader = database.open();
  writer->create_user(named("Ann"));
  writer->transaction([&] {
    writer->create_user(named("Bob"));
    CHECK(reader->user("1"));
    CHECK_FALSE(reader->user("2"));
  });
  CHECK(reader->user("2"));
}
