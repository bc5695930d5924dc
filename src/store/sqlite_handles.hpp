#pragma once
// Private to the two sources that speak to SQLite: its handles, closed when they go.
#include <sqlite3.h>

#include <memory>

namespace store {

template <auto close>
struct Closer {
  void operator()(auto* handle) const { close(handle); }
};
using Database = std::unique_ptr<sqlite3, Closer<sqlite3_close_v2>>;
using Statement = std::unique_ptr<sqlite3_stmt, Closer<sqlite3_finalize>>;

}  // namespace store
