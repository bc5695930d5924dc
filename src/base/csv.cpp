#include "base/csv.hpp"

#include <algorithm>

namespace base {
namespace {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : rest_(text) {}

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> all;
    while (!rest_.empty())
      if (!skip_line_end()) all.push_back(row());
    return all;
  }

 private:
  CsvRow row() {
    CsvRow out{line_, {}};
    do {
      out.cells.push_back(rest_.starts_with('"') ? quoted() : plain());
    } while (skip(","));
    if (!rest_.empty() && !skip_line_end())
      throw CsvError("after a closing quote there must be a comma or the end of the line", line_);
    return out;
  }

  std::string plain() {
    const std::string_view cell = rest_.substr(0, rest_.find_first_of(",\r\n"));
    if (cell.find('"') != std::string_view::npos)
      throw CsvError("a quote inside of a cell: the whole cell must be in quotes, and the quote doubled",
                     line_);
    rest_.remove_prefix(cell.size());
    return std::string(cell);
  }

  std::string quoted() {
    const size_t began = line_;
    std::string cell;
    for (skip("\"");;) {
      const size_t end = rest_.find('"');
      if (end == std::string_view::npos) throw CsvError("a quote is never closed", began);
      const std::string_view part = rest_.substr(0, end);
      line_ += size_t(std::count(part.begin(), part.end(), '\n'));
      cell += part;
      rest_.remove_prefix(end + 1);
      if (!skip("\"")) return cell;
      cell += '"';  // of two, one is meant
    }
  }

  bool skip(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }

  bool skip_line_end() {
    const bool skipped = skip("\r\n") || skip("\n") || skip("\r");
    if (skipped) ++line_;
    return skipped;
  }

  std::string_view rest_;
  size_t line_ = 1;
};

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text) { return CsvReader(text).rows(); }

}  // namespace base
