#pragma once
// Tables as text (RFC 4180).
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace base {

struct CsvRow {
  size_t line = 0;  // on which it begins, from 1
  std::vector<std::string> cells;
};

struct CsvError : std::runtime_error {
  CsvError(const std::string& what, size_t at_line) : std::runtime_error(what), line(at_line) {}
  size_t line;
};

/// Cells with commas between them; in quotes they may hold commas, line ends and "" for a quote. Blank lines
/// are left out. Throws CsvError for a quote that is never closed, or stands where none may be.
std::vector<CsvRow> parse_csv(std::string_view);

}  // namespace base
