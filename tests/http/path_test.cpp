// A path as a web server looks for its file.
#include <doctest/doctest.h>

#include "http/http.hpp"

using http::plain_path;

TEST_CASE("a path loses what does not tell it apart from another") {
  const std::pair<const char*, const char*> table[] = {
      {"/", "/"},
      {"/members", "/members"},
      {"/members/", "/members/"},
      {"//members///x", "/members/x"},
      {"/./members/./x", "/members/x"},
      {"/open/../members/x", "/members/x"},
      {"/open/..", "/"},
      {"/members/x/..", "/members/"},
      {"/members/.", "/members/"},
      {"/a%2fb", "/a%2fb"},  // it has been decoded: once more would be another path
      {"/..members/...", "/..members/..."},
      {"/ä/ö", "/ä/ö"},
  };
  for (const auto& [path, plain] : table) CHECK_MESSAGE(plain_path(path) == plain, path);
}

TEST_CASE("a path that programs read differently is none") {
  using namespace std::string_literals;
  for (const std::string& path : {""s, "members"s, "/.."s, "/../members"s, "/a/../../b"s, "/a\\b"s, "/a\nb"s,
                                  "/a\0b"s, "/a\x7f"s, "/\xff"s, "*"s, "https://example.com/"s})
    CHECK_MESSAGE(!plain_path(path), path);
}
