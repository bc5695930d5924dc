#pragma once
// A configuration file in a folder of its own, and what is said about it.
#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "../store/scratch.hpp"
#include "config/config.hpp"

/// Reads configurations as the program does.
struct Site {
  scratch::Folder folder;
  std::map<std::string, std::string> environment;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder.file(name)) << text;
  }
  config::Loaded load() const {
    return config::load(
        [this](const std::string& name) -> std::optional<std::string> {
          const auto found = environment.find(name);
          return found == environment.end() ? std::nullopt : std::optional(found->second);
        },
        folder.file(""));
  }
  /// What is complained about in this text, a line for each, without the folder's name.
  std::string problems(const std::string& text) const {
    write("nextauth.json", text);
    std::string all;
    for (const config::Problem& problem : load().problems) {
      std::string line = problem.text();
      for (size_t at = 0; (at = line.find(folder.file(""))) != std::string::npos;)
        line.erase(at, folder.file("").size());
      all += (all.empty() ? "" : "\n") + line;
    }
    return all;
  }
  /// The configuration of this text, which nothing may be complained about.
  config::Config config(const std::string& text) const {
    CHECK(problems(text) == "");
    return load().config;
  }
};

/// A good configuration with these further members.
inline std::string with(const std::string& members) {
  return R"({ "url": "https://example.com", "secret": "s", "providers": [])" +
         std::string(members.empty() ? "" : ",\n") + members + "}";
}

/// What is complained about in a good configuration with these further members.
inline std::string problems_with(const std::string& members) { return Site().problems(with(members)); }
inline config::Config config_with(const std::string& members) { return Site().config(with(members)); }
