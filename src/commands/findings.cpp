#include "commands/findings.hpp"

#include <algorithm>
#include <array>
#include <iostream>

#include "commands/output.hpp"

namespace commands {
namespace {

constexpr std::array<const char*, 3> people{"ok       ", "warning  ", "PROBLEM  "};
constexpr std::array<const char*, 3> programs{"ok", "warning", "error"};

}  // namespace

bool any_problem(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.verdict == Verdict::problem; });
}

void show(const Findings& findings) {
  for (const Finding& finding : findings)
    std::cout << people.at(size_t(finding.verdict)) << finding.about << ": " << printable(finding.message)
              << "\n";
}

base::Json to_json(const Findings& findings) {
  base::Json list = base::Json::array();
  for (const Finding& finding : findings)
    list.elements().push_back(base::Json::object({{"level", programs.at(size_t(finding.verdict))},
                                                  {"about", finding.about},
                                                  {"message", finding.message}}));
  return list;
}

}  // namespace commands
