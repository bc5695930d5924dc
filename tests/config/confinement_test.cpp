// What a process needs of its host, by its configuration: the sandbox leaves that much, and no more.
#include <algorithm>

#include "support.hpp"

namespace {

/// Of a good configuration with these further members.
std::optional<base::Confinement> confinement(const Site& site, const std::string& members) {
  return config::confinement(site.config(with(members)), [&](const std::string& name) {
    const auto found = site.environment.find(name);
    return found == site.environment.end() ? std::nullopt : std::optional(found->second);
  });
}

std::string mail_by(const std::string& server) {
  return R"({"id": "email", "server": ")" + server + R"(", "from": "a@example.com"})";
}

/// A configuration with this provider, and a database in the site's folder.
std::string with_provider(const std::string& provider) {
  return R"({ "url": "https://example.com", "secret": "s", "database": "sqlite:auth.db", "providers": [)" +
         provider + "]}";
}

std::optional<base::Confinement> of_provider(const Site& site, const std::string& provider) {
  return config::confinement(site.config(with_provider(provider)),
                             [](const std::string&) { return std::nullopt; });
}

bool has(const std::vector<std::filesystem::path>& all, const std::string& one) {
  return std::any_of(all.begin(), all.end(), [&](const auto& path) {
    return std::filesystem::weakly_canonical(path) == std::filesystem::weakly_canonical(one);
  });
}

}  // namespace

TEST_CASE("the database's folder is left writable, nothing else, and no programs") {
  const Site site;
  const auto left = confinement(site, R"("database": "sqlite:auth.db")");
  REQUIRE(left);
  CHECK(left->writable.size() == 1);
  CHECK(has(left->writable, site.folder.file("")));
  CHECK(left->readable.empty());
  CHECK_FALSE(left->programs);
}

TEST_CASE("mails by SMTP need the system's programs, those of the owner's choice no sandbox at all") {
  const Site site;
  const auto smtp = of_provider(site, mail_by("smtp://localhost"));
  REQUIRE(smtp);
  CHECK(smtp->programs);
  CHECK_FALSE(of_provider(site, mail_by("sendmail:/usr/sbin/sendmail")));
  CHECK_FALSE(of_provider(site, R"({"id": "credentials", "authorize": {"command": "/bin/true"}})"));
}

TEST_CASE("a database in the root leaves no sandbox, nor does what makes code as it runs") {
  Site site;
  CHECK_FALSE(confinement(site, R"("database": "sqlite:/auth.db")"));
  CHECK(confinement(site, R"("database": null)"));
  site.environment["LD_PRELOAD"] = "/usr/lib/libtrace.so";
  CHECK_FALSE(confinement(site, R"("database": null)"));
}
