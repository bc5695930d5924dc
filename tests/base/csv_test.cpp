#include "base/csv.hpp"

#include <doctest/doctest.h>

using base::parse_csv;

namespace {

using Cells = std::vector<std::string>;

/// "LINE: what", or "" where nothing is wrong.
std::string error_of(const std::string& text) {
  try {
    parse_csv(text);
    return "";
  } catch (const base::CsvError& error) {
    return std::to_string(error.line) + ": " + error.what();
  }
}

}  // namespace

TEST_CASE("a table's cells are read as RFC 4180 has them") {
  const std::vector<std::pair<std::string, Cells>> all{
      {"a,b", {"a", "b"}},         {"a,", {"a", ""}},           {",", {"", ""}},
      {" a , b ", {" a ", " b "}}, {"\"a,b\",c", {"a,b", "c"}}, {"\"a\"\"b\"", {"a\"b"}},
      {"\"\"\"\"", {"\""}},        {"\"\",x", {"", "x"}},       {"\"a\r\nb\"", {"a\r\nb"}},
  };
  for (const auto& [line, cells] : all)
    for (const char* end : {"", "\n", "\r\n", "\r"}) {
      const std::string text = line + end;
      CAPTURE(text);
      const auto rows = parse_csv(text);
      REQUIRE(rows.size() == 1);
      CHECK(rows[0].cells == cells);
      CHECK(rows[0].line == 1);
    }
}

TEST_CASE("each row knows its line, over blank lines and cells of several lines") {
  const auto rows = parse_csv("a\n\n\"b\nb\nb\",1\r\nc\n");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].line == 1);
  CHECK(rows[1].line == 3);
  CHECK(rows[1].cells == Cells{"b\nb\nb", "1"});
  CHECK(rows[2].line == 6);
  CHECK(parse_csv("").empty());
  CHECK(parse_csv("\n\r\n").empty());
}

TEST_CASE("a quote in a wrong place is an error that names the line") {
  CHECK(error_of("a\n\"b\nc") == "2: a quote is never closed");
  CHECK(error_of("a\nb,\"c\"d") == "2: after a closing quote there must be a comma or the end of the line");
  CHECK(error_of("a\n\nb\"c") ==
        "3: a quote inside of a cell: the whole cell must be in quotes, and the quote doubled");
}
