// SQLite's connection.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <system_error>
#include <unordered_map>

#include "store/connection.hpp"
#include "store/sqlite_file.hpp"
#include "store/sqlite_handles.hpp"
#include "store/write_turns.hpp"

namespace store {
namespace {

/// Ends a statement's read transaction and lets go of the lent texts.
struct Reset {
  explicit Reset(sqlite3_stmt* used) : statement(used) {}
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
  Reset(const Reset&) = delete;
  Reset& operator=(const Reset&) = delete;
  sqlite3_stmt* statement;
};

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  std::optional<std::string_view> text(int column) const override {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (!data) return {};
    return std::string_view(data, size_t(sqlite3_column_bytes(statement_, column)));
  }

 private:
  sqlite3_stmt* statement_;
};

/// Binds what a Value holds; answers with SQLite's code.
struct Bind {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
  int operator()(std::string_view text) const { return bind(text, SQLITE_STATIC); }
  int operator()(base::Time time) const { return bind(base::sql_time(time), SQLITE_TRANSIENT); }

 private:
  int bind(std::string_view text, sqlite3_destructor_type lifetime) const {
    // An empty view may point nowhere, which SQLite would take for null.
    const char* data = text.data() ? text.data() : "";
    return sqlite3_bind_text64(statement, index, data, text.size(), lifetime, SQLITE_UTF8);
  }
};

// Shorter would fail where a neighbour only writes much; longer, and the answer would take more than 15 s.
constexpr std::chrono::seconds shortest_wait{2};
constexpr std::chrono::seconds longest_wait{12};

bool is_duplicate(int code) {
  return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY;
}

/// With the turn ends, too, that a connection waits for locks for less time than usual.
struct EndTurn {
  sqlite3* db = nullptr;
  std::chrono::milliseconds usual_wait{0};
  void operator()(WriteTurns* turns) const {
    sqlite3_busy_timeout(db, int(usual_wait.count()));
    turns->end();
  }
};
using Turn = std::unique_ptr<WriteTurns, EndTurn>;

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(std::string path, std::chrono::milliseconds busy_timeout);

  /// WAL where it can be had, else the journal that is safe everywhere.
  void choose_journal(const base::Log&);

  using Connection::run;
  size_t run(Sql, std::initializer_list<Value>, const EachRow&) override;
  void script(std::string_view) override;
  void begin() override;
  void commit() override;
  void roll_back() noexcept override;
  std::string place() const override { return path_; }
  std::string_view schema() const override { return "schema/sqlite/"; }
  bool has_table(std::string_view name) override;
  bool has_column(std::string_view table, std::string_view name) override;
  std::string journal() override;
  bool failed() const override { return failed_; }
  bool replaced() const override;

 private:
  std::string change_journal(const char* pragma);
  void wait_for_locks(std::chrono::milliseconds limit) {
    sqlite3_busy_timeout(db_.get(), int(limit.count()));
  }
  sqlite3_stmt* prepared(Sql);
  void step(sqlite3_stmt*, const EachRow&);
  void pragma(Sql, const EachRow& = {});
  Turn take_turn();
  [[noreturn]] void fail();

  std::string path_;
  std::chrono::milliseconds busy_timeout_;
  WriteTurns& turns_;
  Database db_;
  Turn turn_;                                              // during a transaction
  std::unordered_map<const char*, Statement> statements_;  // by the address of their literal
  bool failed_ = false;
};

SqliteConnection::SqliteConnection(std::string path, std::chrono::milliseconds busy_timeout)
    : path_(std::move(path)),
      busy_timeout_(std::clamp<std::chrono::milliseconds>(busy_timeout, shortest_wait, longest_wait)),
      turns_(WriteTurns::of(path_)) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path_.c_str(), &db, flags, nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) fail();
  wait_for_locks(busy_timeout_);
}

// Names the file and the reason, never a value: SQLite's messages name columns only.
void SqliteConnection::fail() {
  const int code = sqlite3_extended_errcode(db_.get());
  std::string why = path_ + ": " + sqlite3_errmsg(db_.get());
  if (is_duplicate(code)) throw Conflict(why);
  failed_ = true;
  const int family = code & 0xff;
  if (family == SQLITE_BUSY) throw Locked(path_);
  // The files beside it (-wal, -shm) are opened, too: that they are not there says less than that they cannot
  // be made.
  const int folder = family == SQLITE_CANTOPEN ? why_nothing_can_be_made(path_) : 0;
  const int system = folder != 0 ? folder : sqlite3_system_errno(db_.get());
  if (system != 0 && (family == SQLITE_IOERR || family == SQLITE_CANTOPEN))
    why += " (" + std::generic_category().message(system) + ")";
  throw StoreError(why);
}

sqlite3_stmt* SqliteConnection::prepared(Sql sql) {
  Statement& kept = statements_[sql.text];
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(db_.get(), sql.text, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    kept.reset(statement);
    if (code != SQLITE_OK) fail();
  }
  return kept.get();
}

size_t SqliteConnection::run(Sql sql, std::initializer_list<Value> values, const EachRow& each) {
  const Reset use(prepared(sql));
  int index = 0;
  for (const Value& value : values)
    if (std::visit(Bind{use.statement, ++index}, value.held()) != SQLITE_OK) fail();
  const bool writes = sqlite3_stmt_readonly(use.statement) == 0;
  const Turn turn = writes && !turn_ ? take_turn() : Turn();
  step(use.statement, each);
  return size_t(sqlite3_changes(db_.get()));
}

void SqliteConnection::step(sqlite3_stmt* statement, const EachRow& each) {
  int code = 0;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW)
    if (each) each(SqliteRow(statement));
  if (code != SQLITE_DONE) fail();
}

// SQLite counts these as writing, but they change no file: nobody's turn has to be waited for.
void SqliteConnection::pragma(Sql sql, const EachRow& each) {
  const Reset use(prepared(sql));
  step(use.statement, each);
}

void SqliteConnection::script(std::string_view sql) {
  if (sqlite3_exec(db_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

// Who waits behind a thread that another process's lock keeps waiting has that much less time for the lock.
Turn SqliteConnection::take_turn() {
  constexpr std::chrono::milliseconds least{100};
  const auto began = std::chrono::steady_clock::now();
  if (!turns_.take(busy_timeout_)) throw Locked(path_);
  Turn turn(&turns_, {db_.get(), busy_timeout_});
  const auto waited =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  if (waited.count() > 0) wait_for_locks(std::max(busy_timeout_ - waited, least));
  return turn;
}

void SqliteConnection::begin() {
  turn_ = take_turn();
  try {
    run("BEGIN IMMEDIATE");
  } catch (const StoreError&) {
    turn_.reset();
    throw;
  }
}

void SqliteConnection::commit() {
  run("COMMIT");
  turn_.reset();
}

// SQLite may have rolled back by itself, when the disk is full for instance.
void SqliteConnection::roll_back() noexcept {
  if (sqlite3_get_autocommit(db_.get()) == 0) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  turn_.reset();
}

bool SqliteConnection::has_table(std::string_view name) {
  bool found = false;
  run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1 COLLATE NOCASE", {name},
      [&](const Row&) { found = true; });
  return found;
}

bool SqliteConnection::has_column(std::string_view table, std::string_view name) {
  bool found = false;
  run("SELECT 1 FROM pragma_table_info($1) WHERE name = $2 COLLATE NOCASE", {table, name},
      [&](const Row&) { found = true; });
  return found;
}

bool SqliteConnection::replaced() const {
  int moved = 0;
  return sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

// SQLite does not wait by itself for one who writes, lest two who change the journal wait for each other; and
// one who only reads for long may be left alone, as the next connection tries again. Other failures show in
// the mode.
std::string SqliteConnection::change_journal(const char* pragma) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    wait_for_locks(std::chrono::milliseconds(100));
    const int code = sqlite3_exec(db_.get(), pragma, nullptr, nullptr, nullptr);
    wait_for_locks(busy_timeout_);
    if ((code & 0xff) != SQLITE_BUSY) break;
    begin();
    roll_back();
  }
  return journal();
}

std::string SqliteConnection::journal() {
  std::string mode;
  pragma("PRAGMA journal_mode", [&](const Row& row) { mode = row.text(0).value_or(""); });
  return mode;
}

void SqliteConnection::choose_journal(const base::Log& log) {
  const std::string mode =
      change_journal(on_network(path_) ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL");
  if (mode == "wal") {
    pragma("PRAGMA synchronous = NORMAL");
    return;
  }
  pragma("PRAGMA synchronous = FULL");
  static std::atomic_flag warned;
  if (!warned.test_and_set()) log.warn("sqlite_without_wal", {{"file", path_}, {"journal", mode}});
}

}  // namespace

std::unique_ptr<Connection> connect_sqlite(const std::string& path, const Options& options,
                                           const base::Log& log, Access access) {
  // Nobody asks how much memory SQLite has in use, and counting it takes a lock that all threads share.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  if (access == Access::look) {
    const bool there = std::filesystem::exists(path);
    return std::make_unique<SqliteConnection>(there ? path : ":memory:", options.busy_timeout);
  }
  make_private_file(path);
  auto db = std::make_unique<SqliteConnection>(path, options.busy_timeout);
  db->choose_journal(log);
  return db;
}

}  // namespace store
