#include <algorithm>

#include "auth/auth.hpp"
#include "base/text.hpp"

namespace auth {
namespace {

bool has(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Whether the path is this one, or below it: /members/x is below /members, /membership is not.
bool lies_below(std::string_view path, std::string_view top) {
  if (top == "/") return path.starts_with('/');
  return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

bool has_listed_address(const Admission& allow, const Person& person) {
  if (allow.emails.empty() && allow.domains.empty()) return true;
  const std::string address = base::lower(person.email);
  const size_t at = address.find('@');  // with a second one behind it, it is of no domain that is listed
  return has(allow.emails, address) ||
         (at != std::string::npos && at > 0 && has(allow.domains, address.substr(at + 1)));
}

bool has_listed_account(const Admission& allow, const Person& person) {
  return allow.providers.empty() ||
         std::any_of(person.providers.begin(), person.providers.end(),
                     [&](const std::string& provider) { return has(allow.providers, provider); });
}

}  // namespace

const Protected* find_protected(const std::vector<Protected>& all, std::string_view path) {
  const Protected* longest = nullptr;
  for (const Protected& one : all)
    if (lies_below(path, one.path) && (!longest || one.path.size() > longest->path.size())) longest = &one;
  return longest;
}

bool is_listed(const Admission& allow, const Person& person) {
  return has_listed_address(allow, person) && has_listed_account(allow, person);
}

}  // namespace auth
