#include <time.h>

#include <cstdlib>
#include <ctime>

#include "commands/findings.hpp"
#include "mail/probe.hpp"
#include "oauth/oauth.hpp"

namespace commands {
namespace {

/// Asked now is what counts, not what was kept.
class NoCache : public oauth::DocumentCache {
 public:
  std::optional<oauth::Document> find(const std::string&) override { return {}; }
  void keep(const std::string&, const oauth::Document&) override {}
};

size_t count_keys(const base::Json& document) {
  const base::Json* keys = document.find("keys");
  return keys && keys->is_array() ? keys->elements().size() : 0;
}

/// An endpoint of the provider that needs no discovery; "" where it cannot be told without a sign-in.
std::string endpoint(const providers::Provider& provider) {
  for (const char* key : {"accessTokenUrl", "authorizationUrl"}) {
    try {
      if (auto url = providers::url(provider, key)) return *url;
    } catch (const providers::Error&) {
      continue;
    }
  }
  return {};
}

Finding reach(http::Client& client, const std::string& about, const std::string& url) {
  const http::Answer answer = client.send({.method = "HEAD", .url = url});
  const std::string place = url.substr(0, url.find('?'));
  constexpr int first_of_servers_own = 500;
  if (answer.status >= first_of_servers_own)
    return {Verdict::warning, about, place + " answers with status " + std::to_string(answer.status)};
  return {Verdict::well, about, place + " answers"};
}

/// "Mon, 23 Nov 2026 15:56:56 GMT" (RFC 9110 §5.6.7)
std::optional<base::Time> read_date(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (!end || *end != '\0') return {};
  return base::Time(base::Seconds(::timegm(&parts)));
}

Finding probe(const providers::Provider& provider, oauth::Documents& documents, http::Client& client) {
  const std::string& about = provider.id;
  if (!provider.oauth2) return reach(client, about, endpoint(provider));
  const oauth::Metadata metadata = oauth::metadata(provider, documents);
  if (metadata.jwks_uri.empty())
    return reach(client, about, metadata.token_url.empty() ? endpoint(provider) : metadata.token_url);
  const size_t keys = count_keys(*documents.get(metadata.jwks_uri));
  if (keys == 0)
    return {Verdict::problem, about, metadata.jwks_uri + " has no keys: no id_token could be verified"};
  return {Verdict::well, about,
          "discovery at " + metadata.issuer + ", " + std::to_string(keys) + " key(s) of id_tokens"};
}

}  // namespace

Findings probe_providers(const config::Config& config, http::Client& client) {
  NoCache cache;
  oauth::Documents documents(client, cache, base::system_clock());
  Findings findings;
  for (const providers::Provider& provider : config.providers) {
    if (provider.type != providers::Type::oauth) continue;
    try {
      findings.push_back(probe(provider, documents, client));
    } catch (const std::runtime_error& error) {
      findings.push_back({Verdict::problem, provider.id, error.what()});
    }
  }
  return findings;
}

Findings probe_mail(const config::Config& config) {
  Findings findings;
  for (const auto& [id, email] : config.routes.email) {
    try {
      mail::probe(email.server, email.limits);
      const bool smtp = std::holds_alternative<mail::Smtp>(email.server);
      findings.push_back({Verdict::well, id, smtp ? "the mail server takes us" : "the program is there"});
    } catch (const mail::Error& error) {
      findings.push_back({Verdict::problem, id, error.what()});
    }
  }
  return findings;
}

Findings probe_clock(const config::Config& config, http::Client& client, base::Time now) {
  constexpr base::Seconds allowed{30};  // half of what an id_token may be ahead
  for (const providers::Provider& provider : config.providers) {
    if (provider.type != providers::Type::oauth) continue;
    const std::string url = provider.issuer.empty() ? endpoint(provider) : provider.issuer;
    try {
      const auto date = read_date(client.send({.method = "HEAD", .url = url}).header("Date"));
      if (!date) continue;
      const auto apart = std::chrono::duration_cast<base::Seconds>(now - *date);
      if (std::chrono::abs(apart) <= allowed) return {{Verdict::well, "clock", "as that of " + provider.id}};
      return {{Verdict::problem, "clock",
               "is " + std::to_string(std::abs(apart.count())) + " s " +
                   (apart.count() > 0 ? "ahead of" : "behind") + " that of " + provider.id +
                   ": id_tokens and sessions would be judged wrongly"}};
    } catch (const http::Unreachable&) {
      continue;
    }
  }
  return {};
}

}  // namespace commands
