#include <algorithm>

#include "routes/page.hpp"

namespace routes {
namespace {

constexpr const char* whole_files[] = {"signin.html",  "signout.html", "verify-request.html",
                                       "confirm.html", "error.html",   "mail.txt",
                                       "mail.html"};

}  // namespace

std::vector<TemplateProblem> check_templates(const PageOptions& options) {
  std::vector<TemplateProblem> problems;
  if (options.templates.empty()) return problems;
  const auto attempt = [&](const auto& look) {
    try {
      look();
    } catch (const UnusableTemplate& error) {
      const TemplateProblem problem{options.templates / error.file, error.line, error.reason};
      // A part of many pages is broken once.
      if (std::find(problems.begin(), problems.end(), problem) == problems.end()) problems.push_back(problem);
    }
  };
  for (const std::string& language : languages(options)) attempt([&] { read_messages(options, language); });
  for (const char* name : whole_files)
    attempt([&] { Page(options, {}, "en", "titleError", crypto::system_random()).fill(name); });
  return problems;
}

}  // namespace routes
