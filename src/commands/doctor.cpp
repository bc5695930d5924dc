#include <iostream>

#include "commands/findings.hpp"
#include "commands/output.hpp"

namespace commands {
namespace {

/// The site's address by plain http, where it is to be https at the usual ports.
std::string plain_address(const Call& call, const config::Config& config) {
  if (const auto named = call.value("--plain")) return *named;
  const auto url = http::parse_url(config.routes.site.root() + "/csrf");
  constexpr int https_port = 443;
  if (!url || url->scheme != "https" || url->port != https_port) return {};
  return "http://" + url->host + url->path;
}

Findings exposed(const Call& call, config::Config& config) {
  config.allow_readable = config.allow_readable || call.has("--allow-readable");
  Findings findings;
  for (const config::Problem& problem : config::exposures(config))
    findings.push_back({problem.warning ? Verdict::warning : Verdict::problem, "permissions",
                        problem.file + ": " + problem.message});
  if (findings.empty())
    findings.push_back({Verdict::well, "permissions",
                        "other users of this machine can neither read nor change what counts"});
  return findings;
}

void append(Findings& to, Findings more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<std::string> redirect_uris(const config::Config& config) {
  std::vector<std::string> uris;
  for (const providers::Provider& provider : config.providers)
    if (provider.type == providers::Type::oauth)
      uris.push_back(config.routes.site.root() + "/callback/" + provider.id);
  return uris;
}

int doctor(const Call& call) {
  expect_arguments(call, 0, 0);
  config::Config config = usable_config(call);
  http::ClientOptions options = config.client;
  options.plain_http = true;  // the site's own, to see whether it leads to https
  const auto client = http::make_client(options);
  const auto strict = http::make_client(config.client);
  Findings findings = exposed(call, config);
  append(findings, probe_database(config));
  append(findings, probe_site(config, *client, plain_address(call, config)));
  append(findings, probe_guard(config, *client));
  append(findings, probe_downloads(config, *client, places_of(call)));
  append(findings, probe_clock(config, *strict, base::system_clock().now()));
  const std::vector<std::string> uris = redirect_uris(config);
  if (call.json()) {
    print(base::Json::object({{"well", !any_problem(findings)},
                              {"findings", to_json(findings)},
                              {"redirectUris", base::Json::Array(uris.begin(), uris.end())}}));
  } else {
    show(findings);
    if (!uris.empty()) std::cout << "\nRedirect URIs, to be registered at each provider:\n";
    for (const std::string& uri : uris) std::cout << "  " << uri << "\n";
  }
  return any_problem(findings) ? 1 : 0;
}

}  // namespace

Places places_of(const Call& call) {
  Places places{call.beside / "nextauth.fcgi", {}};
  if (const auto root = call.value("--document-root")) places.document_roots.emplace_back(*root);
  return places;
}

Command doctor_command() {
  return {.name = "doctor",
          .arguments = "",
          .help = "look at the running site: what the server sends, what can be downloaded, modes, clock",
          .details =
              "Asks the site at \"url\" as a visitor would. The files that nobody is to have are asked for "
              "at every\n"
              "address where they could be, taking each folder above them for the document root. Prints the\n"
              "redirect URIs to register at the providers.",
          .examples = "doctor\ndoctor --document-root /home/ann/public_html\ndoctor --json",
          .options = {{"--document-root", "DIR", "the folder that the web's paths begin in"},
                      {"--plain", "URL", "the site by plain http, if not at port 80"},
                      {"--allow-readable", "", "it is known that others can read the configuration"}},
          .words = {},
          .run = doctor};
}

}  // namespace commands
