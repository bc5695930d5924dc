#pragma once
// A site with every way of signing in, whose mails are written to a file, and what attackers put into fields.
#include "world.hpp"

namespace support {

inline Setup every_way() {
  Setup setup;
  setup.more = {
      HostileProvider::plain_entry("acme", Json::object({{"name", "A\"'><script>alert(1)</script>"}})),
      base::parse_json(R"({"id": "email", "name": "<b>Mail</b>", "type": "email",
                                     "server": "sendmail:/bin/true", "from": "no-reply@example.com"})"),
      base::parse_json(R"({"id": "staff", "type": "credentials", "authorize": "lua",
                                     "credentials": {"login": {"label": "<i>Login</i>", "placeholder": "\">x"},
                                                     "password": {"type": "password"}}})")};
  return setup;
}

struct HostileSite : World {
  explicit HostileSite(Setup setup = every_way()) : World(setup) {
    options.authorize["staff"] = credentials::Lua{};
    routes::EmailOptions& email = options.email["email"];
    email.server = mail::Sendmail{{"/bin/sh", "-c", "cat >" + mail_file()}};
    email.from = {"Example", "no-reply@example.com"};
    hooks.on_authorize = [](const Json& fields) {
      if (fields.text_of("password") != "right") return Json();
      return Json::object({{"id", fields.text_of("login")}, {"name", fields.text_of("login")}});
    };
  }
  std::string mail_file() const { return folder.file("mail"); }

  Reply sign_in_with_password(const std::string& login, const http::Pairs& more = {}) {
    http::Pairs form{{"csrfToken", browser.csrf()}, {"login", login}, {"password", "right"}};
    form.insert(form.end(), more.begin(), more.end());
    return post("/callback/staff", form);
  }
  /// A link as a mail has it, without a mail: "/callback/email?…"
  std::string link_for(const std::string& address) {
    const std::string token = auth::new_verification_request(*database->lend(), address, base::Seconds(600),
                                                             secret, clock.now(), random);
    return http::with_query("/callback/email", {{"email", address}, {"token", token}});
  }
  Reply follow_link(const std::string& link, const http::Pairs& more = {}) {
    http::Pairs form = http::parse_form(link.substr(link.find('?') + 1), 10);
    form.emplace_back("csrfToken", browser.csrf());
    form.insert(form.end(), more.begin(), more.end());
    return post("/callback/email", form);
  }
};

/// What a browser would take for another site, or for a script, if it were careless with it; encoded by no
/// one.
inline const std::vector<std::string>& evil_addresses() {
  static const std::vector<std::string> all{"https://evil.com",
                                            "http://evil.com/",
                                            "//evil.com",
                                            "///evil.com",
                                            "////evil.com",
                                            "/\\evil.com",
                                            "\\\\evil.com",
                                            "\\/evil.com",
                                            "/\t/evil.com",
                                            "/\n/evil.com",
                                            "/\r/evil.com",
                                            "\t//evil.com",
                                            " //evil.com",
                                            "https:evil.com",
                                            "https:/evil.com",
                                            "https:///evil.com",
                                            "https:\\\\evil.com",
                                            "HTTPS://EVIL.COM",
                                            "hTtPs://evil.com",
                                            "http://example.com",
                                            "https://example.com@evil.com",
                                            "https://example.com:443@evil.com",
                                            "https://example.com\\@evil.com",
                                            "https://example.com%40evil.com",
                                            "https://example.com.evil.com",
                                            "https://evil.com\\.example.com",
                                            "https://evil.com/.example.com",
                                            "https://evil.com#.example.com",
                                            "https://evil.com?.example.com",
                                            "https://example.com%2eevil.com",
                                            "https://user:pass@example.com",
                                            "https://example.com:8443",
                                            "https://example.com\t.evil.com",
                                            "https://example.com\n@evil.com",
                                            "https://example.com\x7f.evil.com",
                                            "\x01https://evil.com",
                                            "https://evil.com%00.example.com",
                                            "https://example.com%0d%0a.evil.com",
                                            "https://\xe3\x80\x82"
                                            "evil.com",
                                            "https://evil\xe3\x80\x82"
                                            "com",
                                            "https://example.com\xef\xbc\x8e"
                                            "evil.com",
                                            "https://example\xc2\xad.com",
                                            "https://xn--e1awd7f.com",
                                            "javascript:alert(1)",
                                            "JaVaScRiPt:alert(1)",
                                            "java\tscript:alert(1)",
                                            "java\nscript:alert(1)",
                                            "\x01javascript:alert(1)",
                                            " javascript:alert(1)",
                                            "javascript://example.com/%0aalert(1)",
                                            "javascript:https://example.com",
                                            "data:text/html,<script>alert(1)</script>",
                                            "data:,x",
                                            "vbscript:x",
                                            "blob:https://example.com/x",
                                            "filesystem:https://example.com/x",
                                            "file:///etc/passwd",
                                            "ftp://example.com",
                                            "about:blank",
                                            "view-source:https://example.com",
                                            "ws://example.com",
                                            "%2f%2fevil.com",
                                            "%68ttps://evil.com",
                                            "https%3a%2f%2fevil.com",
                                            ".//evil.com",
                                            "..//evil.com",
                                            "?//evil.com",
                                            "#//evil.com",
                                            ";//evil.com",
                                            "https://example.com:99999",
                                            "https://example.com:-1",
                                            "https://[::1]",
                                            "https://0x7f.1",
                                            "https://127.0.0.1"};
  return all;
}

/// Whether a browser that is on this site stays there when it is told to go there.
inline bool stays(const World& w, const std::string& location) {
  const std::string home = w.options.site.base_url;
  const auto url = http::parse_url_as_browser(location);
  return url && url->origin() == home && !url->userinfo && location.starts_with(home) &&
         (location.size() == home.size() || location[home.size()] == '/' || location[home.size()] == '?' ||
          location[home.size()] == '#');
}

}  // namespace support
