#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "store/query.hpp"
#include "store/sqlite_handles.hpp"

namespace store {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view no_select = "must be a single SELECT, without anything after it";
constexpr std::string_view no_change =
    "must be a single SELECT, INSERT, UPDATE or DELETE, without anything after it";
constexpr int steps_between_looks = 10000;  // of SQLite's machine, at the clock

int is_too_late(void* deadline) {
  return std::chrono::steady_clock::now() > *static_cast<Deadline*>(deadline);
}

/// The first word, in lower case; "" for a statement with a NUL.
std::string first_word(const std::string& sql) {
  const std::string_view text = base::trim(sql);
  if (text.find('\0') != std::string_view::npos) return {};
  return base::lower(text.substr(0, text.find_first_of(" \t\r\n(*'\"")));
}

/// Neither PRAGMA nor ATTACH nor a transaction, which would outlast it.
bool may_change(const std::string& sql) {
  const std::string word = first_word(sql);
  return word == "insert" || word == "update" || word == "delete" || word == "select" || word == "with";
}

class Query {
 public:
  Query(const Options& options, const QueryLimits& limits, bool changes)
      : path_(path_of(options)), limits_(limits), changes_(changes) {
    sqlite3* db = nullptr;
    const int access = changes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    const int flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path_.c_str(), &db, flags, nullptr);
    db_.reset(db);
    check(code);
    sqlite3_busy_timeout(db, int(std::min(options.busy_timeout, limits.time).count()));
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, int(limits.bytes));
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_progress_handler(db, steps_between_looks, is_too_late, &deadline_);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  std::vector<base::Json> run(const std::string& sql, const base::Json& parameters) {
    prepare(sql);
    bind(parameters);
    std::vector<base::Json> rows;
    int code = 0;
    while ((code = sqlite3_step(statement_.get())) == SQLITE_ROW) {
      if (rows.size() == limits_.rows)
        throw StoreError(path_ + ": the SELECT finds more than " + std::to_string(limits_.rows) + " rows");
      rows.push_back(row());
    }
    if (code != SQLITE_DONE) check(code);
    return rows;
  }

 private:
  static std::string path_of(const Options& options) {
    if (!options.url.starts_with(sqlite_scheme)) throw StoreError("database: no kind that is known");
    return options.url.substr(sqlite_scheme.size());
  }

  // Names the file and the reason; SQLite's messages name tables and columns, never a bound value.
  void check(int code) const {
    if (code == SQLITE_OK) return;
    if (code == SQLITE_INTERRUPT)
      throw StoreError(path_ + ": the SELECT takes longer than " + std::to_string(limits_.time.count()) +
                       " ms");
    throw StoreError(path_ + ": " + sqlite3_errmsg(db_.get()));
  }

  void prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v2(db_.get(), sql.c_str(), int(sql.size()) + 1, &statement, &rest);
    statement_.reset(statement);
    check(code);
    if (!statement || !base::trim(rest).empty() || !is_allowed(sql))
      throw StoreError("the statement " + std::string(changes_ ? no_change : no_select));
  }

  bool is_allowed(const std::string& sql) const {
    if (changes_) return may_change(sql);
    // What writes, and what is none: PRAGMA and ATTACH count as reading.
    const bool reads =
        sqlite3_stmt_readonly(statement_.get()) != 0 && sqlite3_column_count(statement_.get()) > 0;
    return reads && select_problem(sql).empty();
  }

  void bind(const base::Json& parameters) {
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement_.get()); ++i) {
      const char* name = sqlite3_bind_parameter_name(statement_.get(), i);
      const base::Json* value = name ? parameters.find(std::string_view(name).substr(1)) : nullptr;
      if (!value)
        throw BadParameter("the SELECT's parameter " + std::string(name ? name : "?") + " has no value");
      check(bind(i, *value));
    }
  }

  int bind(int index, const base::Json& value) {
    sqlite3_stmt* statement = statement_.get();
    if (value.is_null()) return sqlite3_bind_null(statement, index);
    if (value.is_bool()) return sqlite3_bind_int64(statement, index, value.boolean() ? 1 : 0);
    if (value.is_integer()) return sqlite3_bind_int64(statement, index, value.integer());
    if (value.is_number()) return sqlite3_bind_double(statement, index, value.number());
    if (!value.is_string()) throw BadParameter("a parameter of the SELECT is given a list or an object");
    const std::string& text = value.text();
    return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }

  base::Json row() const {
    base::Json row = base::Json::object();
    size_t bytes = 0;
    for (int i = 0; i < sqlite3_column_count(statement_.get()); ++i) {
      base::Json value = column(i);
      // SQLite bounds each value, and a row of a table, but not one that a statement puts together.
      bytes += value.is_string() ? value.text().size() : 0;
      if (bytes > limits_.bytes)
        throw StoreError(path_ + ": the SELECT finds a row of more than " + std::to_string(limits_.bytes) +
                         " bytes");
      row.set(sqlite3_column_name(statement_.get(), i), std::move(value));
    }
    return row;
  }

  base::Json column(int i) const {
    switch (sqlite3_column_type(statement_.get(), i)) {
      case SQLITE_NULL:
        return {};
      case SQLITE_INTEGER:
        return static_cast<std::int64_t>(sqlite3_column_int64(statement_.get(), i));
      case SQLITE_FLOAT:
        return sqlite3_column_double(statement_.get(), i);
      default:
        break;
    }
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), i));
    std::string text(data ? data : "", size_t(sqlite3_column_bytes(statement_.get(), i)));
    if (!base::is_utf8(text))
      throw StoreError(path_ + ": the column " + sqlite3_column_name(statement_.get(), i) + " is no UTF-8");
    return text;
  }

  std::string path_;
  QueryLimits limits_;
  bool changes_;
  Deadline deadline_ = std::chrono::steady_clock::now() + limits_.time;
  Database db_;
  Statement statement_;
};

}  // namespace

std::string select_problem(const std::string& sql) {
  const std::string word = first_word(sql);
  return word == "select" || word == "with" ? "" : std::string(no_select);
}

std::vector<base::Json> query(const Options& options, const std::string& sql, const base::Json& parameters,
                              const QueryLimits& limits) {
  return Query(options, limits, false).run(sql, parameters);
}

std::vector<base::Json> change(const Options& options, const std::string& sql, const base::Json& parameters,
                               const QueryLimits& limits) {
  return Query(options, limits, true).run(sql, parameters);
}

}  // namespace store
