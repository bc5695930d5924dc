// The configuration file.
#include "config/config.hpp"

#include "folder.hpp"
#include "fuzz.hpp"

namespace {

const std::string secret = "s3cret-of-the-environment";

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Folder folder;
  // The fuzzer sees what is compared: a file that holds it already says nothing about ${SET}.
  if (fuzz::text(data, size).find(secret) != std::string_view::npos) return 0;
  const std::string file = folder.write("nextauth.json", fuzz::text(data, size));
  const config::Loaded loaded = config::load(
      [&](const std::string& name) -> std::optional<std::string> {
        if (name == "NEXTAUTH_CONFIG") return file;
        if (name == "SET") return secret;
        return {};
      },
      folder.file(""));
  for (const config::Problem& problem : loaded.problems)
    fuzz::require(problem.text().find(secret) == std::string::npos, "a complaint has no secret");
  if (!loaded.usable()) return 0;
  const config::Config& config = loaded.config;
  fuzz::require(config.database || !config.secret.empty(), "without a database there is a secret");
  fuzz::require(config.threads >= 1, "there is a thread");
  const auto url = http::parse_url(config.routes.site.root());
  fuzz::require(url && !url->userinfo && url->query.empty(), "the site has an address");
  return 0;
}
