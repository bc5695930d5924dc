// Whom a guarded part of the site lets in.
#include <doctest/doctest.h>

#include "auth/auth.hpp"

using namespace auth;

namespace {

using Whom = Admission::Whom;

std::string found(std::string_view path) {
  static const std::vector<Protected> all{
      {"/members", {}}, {"/members/staff", {}}, {"/members/staffroom", {}}, {"/a", {}}};
  const Protected* part = find_protected(all, path);
  return part ? part->path : "none";
}

bool lets_in(const Admission& allow, const std::string& email, const std::vector<std::string>& providers) {
  return is_listed(allow, {.id = "1", .name = "", .email = email, .providers = providers});
}

}  // namespace

TEST_CASE("the longest path counts, and a path ends where a folder's name does") {
  CHECK(found("/members") == "/members");
  CHECK(found("/members/") == "/members");
  CHECK(found("/members/x/y") == "/members");
  CHECK(found("/members/staff/x") == "/members/staff");
  CHECK(found("/members/staffroom") == "/members/staffroom");
  CHECK(found("/members/staffing") == "/members");
  for (const char* path : {"/", "/membership", "/Members", "/b", "members", ""}) CHECK(found(path) == "none");
}

TEST_CASE("the root covers the whole site, where nothing longer does") {
  const std::vector<Protected> all{{"/", {}}, {"/open", {}}};
  CHECK(find_protected(all, "/") == &all[0]);
  CHECK(find_protected(all, "/x") == &all[0]);
  CHECK(find_protected(all, "/open/x") == &all[1]);
  const std::vector<Protected> turned{{"/open", {}}, {"/", {}}};
  CHECK(find_protected(turned, "/open/x") == &turned[0]);
}

TEST_CASE("addresses and domains are told by the whole of them, in any letters") {
  const Admission emails{.whom = Whom::listed, .emails = {"ann@example.com"}, .domains = {}, .providers = {}};
  CHECK(lets_in(emails, "Ann@Example.com", {}));
  for (const char* other : {"", "ann@example.com.evil.org", "joann@example.com", "ann"})
    CHECK_FALSE(lets_in(emails, other, {}));
  const Admission domain{.whom = Whom::listed, .emails = {}, .domains = {"example.com"}, .providers = {}};
  CHECK(lets_in(domain, "bob@EXAMPLE.com", {}));
  for (const char* other : {"", "example.com", "@example.com", "bob@evilexample.com", "bob@sub.example.com",
                            "bob@example.com@evil.org", "bob@evil.org@example.com"})
    CHECK_FALSE(lets_in(domain, other, {}));
  const Admission either{
      .whom = Whom::listed, .emails = {"eve@elsewhere.org"}, .domains = {"example.com"}, .providers = {}};
  CHECK(lets_in(either, "eve@elsewhere.org", {}));
  CHECK(lets_in(either, "bob@example.com", {}));
}

TEST_CASE("where addresses and providers are listed, both have to fit") {
  const Admission both{
      .whom = Whom::listed, .emails = {}, .domains = {"example.com"}, .providers = {"github", "gitlab"}};
  CHECK(lets_in(both, "ann@example.com", {"google", "gitlab"}));
  CHECK_FALSE(lets_in(both, "ann@example.com", {"google"}));
  CHECK_FALSE(lets_in(both, "ann@example.com", {}));
  CHECK_FALSE(lets_in(both, "ann@elsewhere.org", {"github"}));
}
