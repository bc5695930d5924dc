#pragma once
// What a database must offer so that sql_store.cpp can work on it.
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "store/store.hpp"

namespace store {

/// Others have been writing for as long as a lock is waited for.
struct Locked : StoreError {
  explicit Locked(const std::string& place) : StoreError(place + ": database is locked") {}
};

/// A statement that stands in the source: a literal, whose address is what prepared statements are kept by.
/// Its placeholders are $1, $2, … and first appear in this order, which every database understands.
struct Sql {
  consteval Sql(const char* literal) : text(literal) {}
  const char* text;
};

/// What a placeholder stands for. Text is lent, not copied.
class Value {
 public:
  using Held = std::variant<std::monostate, std::int64_t, std::string_view, base::Time>;

  Value(std::int64_t number) : held_(number) {}
  Value(std::string_view text) : held_(text) {}
  Value(const std::string& text) : held_(std::string_view(text)) {}
  Value(base::Time time) : held_(time) {}
  template <typename T>
  Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }
  const Held& held() const { return held_; }

 private:
  Held held_;
};

/// A row of an answer, while it is at hand.
class Row {
 public:
  virtual ~Row() = default;
  /// The column, counted from 0, as text; none if it is null.
  virtual std::optional<std::string_view> text(int column) const = 0;
};
using EachRow = std::function<void(const Row&)>;

/// An open database, for one thread at a time. Every function throws StoreError.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Runs it to its end, so that no read transaction lingers. How many rows an INSERT, UPDATE or DELETE
  /// touched. Throws Conflict where a unique value exists already.
  virtual size_t run(Sql, std::initializer_list<Value>, const EachRow&) = 0;
  size_t run(Sql sql, std::initializer_list<Value> values = {}) { return run(sql, values, {}); }
  /// Many statements, of which none answers.
  virtual void script(std::string_view) = 0;

  /// Nobody else writes from here on until the end.
  virtual void begin() = 0;
  virtual void commit() = 0;
  virtual void roll_back() noexcept = 0;

  /// Which one it is, for what is said of it: the file.
  virtual std::string place() const = 0;
  /// Where its migrations are: "schema/sqlite/".
  virtual std::string_view schema() const = 0;
  virtual bool has_table(std::string_view name) = 0;
  virtual bool has_column(std::string_view table, std::string_view name) = 0;
  /// "wal", "delete"; "" where there is no such thing.
  virtual std::string journal() { return {}; }

  /// Whether it threw a StoreError that was no Conflict: it may not recover by itself.
  virtual bool failed() const = 0;
  /// Whether another database stands at its place by now, or none.
  virtual bool replaced() const = 0;
};

/// Rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& db) : db_(&db) { db.begin(); }
  ~Transaction() {
    if (db_) db_->roll_back();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    db_->commit();
    db_ = nullptr;
  }

 private:
  Connection* db_;
};

enum class Access {
  change,
  look
};  // `look` makes and alters nothing; without a database it finds an empty one

/// The database of Options::url. Its tables are as they are.
std::unique_ptr<Connection> connect(const Options&, const base::Log&, Access);

/// One of connect's kinds, by the path of its file.
std::unique_ptr<Connection> connect_sqlite(const std::string& path, const Options&, const base::Log&, Access);

}  // namespace store
