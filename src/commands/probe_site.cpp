#include "base/text.hpp"
#include "commands/findings.hpp"

namespace commands {
namespace {

/// A visitor, who keeps the CSRF cookie.
class SiteProbe {
 public:
  SiteProbe(const config::Config& config, http::Client& client) : config_(config), client_(client) {}

  Findings probe(const std::string& plain) {
    try {
      const http::Answer csrf = ask("/csrf", "");
      if (routes_well(csrf)) {
        probe_cookie(csrf);
        probe_session();
      }
      if (!plain.empty()) probe_plain(plain);
    } catch (const http::Unreachable& error) {
      add(Verdict::problem, "site", std::string(error.what()) + "; is \"url\" the site's address?");
    }
    return std::move(findings_);
  }

 private:
  void add(Verdict verdict, const std::string& about, const std::string& message) {
    findings_.push_back({verdict, about, message});
  }

  std::string url(const std::string& route) const { return config_.routes.site.root() + route; }

  http::Answer ask(const std::string& route, const std::string& cookie) {
    http::Outgoing request{.method = "GET", .url = url(route)};
    if (!cookie.empty()) request.headers.emplace_back("Cookie", cookie);
    return client_.send(request);
  }

  static std::string token(const http::Answer& answer) {
    const auto json = base::try_parse_json(answer.body);
    return json ? json->text_of("csrfToken").value_or("") : "";
  }

  /// Whether what answers below the base path is nextauth.fcgi at all.
  bool routes_well(const http::Answer& answer) {
    const std::string place = url("/csrf");
    if (answer.status == 200 && !token(answer).empty()) {
      add(Verdict::well, "site", place + " is answered: the path behind the program (PATH_INFO) arrives");
      return true;
    }
    if (answer.body.starts_with("\x7f"
                                "ELF"))
      add(Verdict::problem, "site", place + " gives the executable itself: the server does not run it");
    else if (answer.status >= 300 && answer.status < 400)
      add(Verdict::problem, "site",
          place + " redirects to " + answer.header("Location") +
              ": \"url\" should name the address that answers");
    else if (answer.status == 404)
      add(Verdict::problem, "site",
          place + " is not found: the server does not send this path to nextauth.fcgi");
    else
      add(Verdict::problem, "site",
          place + " answers with status " + std::to_string(answer.status) +
              " and is not nextauth.fcgi as configured here; the server's error log may say why");
    return false;
  }

  void probe_cookie(const http::Answer& first) {
    const std::string& name = config_.routes.cookies.csrf_token.name;
    std::string cookie;
    for (const auto& [header, value] : first.headers)
      if (base::equal_ignoring_case(header, "Set-Cookie") && value.starts_with(name + "="))
        cookie = value.substr(0, value.find(';'));
    if (cookie.empty())
      return add(Verdict::problem, "cookies", "the server takes the cookie " + name + " out of the answer");
    if (token(ask("/csrf", cookie)) != token(first))
      return add(Verdict::problem, "cookies",
                 "the server does not pass the cookie " + name + " on: nobody could sign in");
    add(Verdict::well, "cookies", name + " is set and comes back");
  }

  void probe_session() {
    const http::Answer answer = ask("/session?doctor=1", "");
    if (answer.status != 200 || base::trim(answer.body) != "{}")
      return add(Verdict::problem, "session",
                 url("/session") + " should answer {} to a stranger; status " +
                     std::to_string(answer.status) + "; the server's error log says why");
    if (answer.header("Cache-Control").find("no-store") == std::string::npos)
      return add(Verdict::problem, "session",
                 "the server changes Cache-Control: a cache could give one visitor's session to another");
    add(Verdict::well, "session", "nobody is signed in who did not sign in; caches are told to keep nothing");
  }

  void probe_plain(const std::string& plain) {
    try {
      const http::Answer answer = client_.send({.method = "GET", .url = plain});
      if (answer.status >= 300 && answer.status < 400 && answer.header("Location").starts_with("https://"))
        return add(Verdict::well, "https", plain + " leads to https");
      if (!token(answer).empty())
        return add(Verdict::problem, "https",
                   plain + " is answered without encryption: have the server redirect http to https");
      add(Verdict::warning, "https", plain + " does not lead to https, which people may type");
    } catch (const http::Unreachable&) {
      add(Verdict::well, "https", "nothing answers by plain http");
    }
  }

  const config::Config& config_;
  http::Client& client_;
  Findings findings_;
};

}  // namespace

Findings probe_site(const config::Config& config, http::Client& client, const std::string& plain) {
  return SiteProbe(config, client).probe(plain);
}

}  // namespace commands
