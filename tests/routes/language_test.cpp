// Accept-Language (RFC 9110 §12.5.4).
#include <doctest/doctest.h>

#include "routes/page.hpp"

TEST_CASE("the language is the best of those there are") {
  const std::vector<std::string> available{"de", "en", "fr", "zh"};
  const std::pair<const char*, const char*> table[] = {
      {"", "en"},
      {"de", "de"},
      {"DE-at", "de"},
      {"zh-Hans-CN", "zh"},
      {"de, fr", "de"},
      {"de;q=0.5, fr;q=0.8", "fr"},
      {"de;q=0.5, fr;Q=0.8, en;q=0.1", "fr"},
      {"de ; q=0.9 , fr", "fr"},
      {"nl, fr;q=0.1", "fr"},
      {"nl, pt", "en"},
      {"de;q=0", "en"},
      {"de;q=2, fr;q=0.1", "fr"},
      {"de;q=-1", "en"},
      {"de;q=", "en"},
      {"de;q=nan, fr;q=0.1", "fr"},
      {"*", "en"},
      {"../de", "en"},
      {"d", "en"},
      {";;;,,,;q=", "en"},
      {"en;q=0.1, de;q=0.01", "en"},
  };
  for (const auto& row : table)
    CHECK_MESSAGE(routes::choose_language(row.first, available) == row.second, row.first);
}

TEST_CASE("a language of a region or script is served by itself where there is one, else by the language") {
  const std::vector<std::string> available{"pt-BR", "zh-Hant", "en", "pt", "zh"};
  const std::pair<const char*, const char*> table[] = {
      {"pt", "pt"},
      {"pt-br", "pt-BR"},
      {"pt-PT, pt-BR;q=0.9", "pt"},
      {"zh-TW", "zh"},
      {"zh-Hant-TW", "zh-Hant"},
      {"zh-Hans", "zh"},
      {"pt-BR-x-own", "pt-BR"},
      {"*, pt;q=0.5", "en"},
      {"fi, *;q=0.5, pt;q=0.4", "en"},
      {"pt, *;q=0.5", "pt"},
      {"-", "en"},
      {"pt-", "pt"},
  };
  for (const auto& row : table)
    CHECK_MESSAGE(routes::choose_language(row.first, available) == row.second, row.first);
}

TEST_CASE("no more than twenty ranges are looked at") {
  std::string header;
  for (int i = 0; i < 19; ++i) header += "xx,";
  CHECK(routes::choose_language(header + "de", {"de", "en"}) == "de");
  CHECK(routes::choose_language("xx," + header + "de", {"de", "en"}) == "en");
}
