#include <charconv>

#include "base/text.hpp"
#include "http/http.hpp"
#include "mail/mail.hpp"

namespace mail {
namespace {

constexpr std::uint16_t submission_port = 587;   // RFC 6409
constexpr std::uint16_t submissions_port = 465;  // RFC 8314

/// Cuts the text at the first `separator` and gives what follows; "" if there is none.
std::string_view cut_off(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

std::string decoded(std::string_view text) {
  const auto plain = http::decode(text);
  if (!plain || !base::is_utf8(*plain) || base::has_control(*plain))
    throw ServerError("has a user or password with a malformed %XX or a control character");
  return *plain;
}

void read_login(std::string_view text, Smtp& server) {
  const std::string_view password = cut_off(text, ':');
  server.user = decoded(text);
  if (server.user.empty()) throw ServerError("has no user before the @");
  // What is before the first colon is the user, to curl too.
  if (server.user.find(':') != std::string::npos) throw ServerError("has a colon in its user");
  server.password = base::Secret(decoded(password));
}

void read_port(std::string_view text, Smtp& server) {
  if (text.empty()) {
    server.port = server.tls_from_the_start ? submissions_port : submission_port;
    return;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), server.port);
  if (error != std::errc{} || end != text.data() + text.size() || server.port == 0)
    throw ServerError("must have a port from 1 to 65535");
}

bool is_ipv6(std::string_view host) {
  return host.size() > 1 && host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos &&
         host.find(':') != std::string_view::npos;
}

bool is_ipv4(std::string_view host) {
  const auto parts = base::split(host, '.');
  bool good = parts.size() == 4;
  for (const std::string_view part : parts) {
    std::uint8_t byte = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), byte);
    good = good && error == std::errc{} && end == part.data() + part.size();
  }
  return good;
}

void read_host_and_port(std::string_view text, Smtp& server) {
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos || !is_ipv6(text.substr(1, close - 1)))
      throw ServerError("must have an IPv6 address between its brackets");
    server.host = text.substr(0, close + 1);
    text.remove_prefix(close + 1);
    if (!text.empty() && !text.starts_with(':')) throw ServerError("must have a host and a port");
    return read_port(text.empty() ? text : text.substr(1), server);
  }
  const std::string_view port = cut_off(text, ':');
  const auto host = is_ipv4(text) ? std::optional<std::string>(text) : read_host(text);
  if (!host) throw ServerError("must have a host, as in \"smtp://mail.example.com:587\"");
  server.host = *host;
  read_port(port, server);
}

/// `?tls=off` is all there is.
bool is_tls_off(std::string_view query) {
  if (query.empty()) return false;
  if (query != "tls=off") throw ServerError("can have ?tls=off behind it, and nothing else");
  return true;
}

Encryption starttls(const Smtp& server, bool off) {
  if (off) return Encryption::off;
  const bool secret = server.port == submission_port || !server.user.empty();
  return secret && !is_loopback(server) ? Encryption::required : Encryption::when_offered;
}

Smtp read_smtp(std::string_view text, bool tls_from_the_start) {
  Smtp server;
  server.tls_from_the_start = tls_from_the_start;
  const bool off = is_tls_off(cut_off(text, '?'));
  if (off && tls_from_the_start) throw ServerError("is smtps: tls=off contradicts that");
  if (text.ends_with('/')) text.remove_suffix(1);
  // A user may be an address, with an @ of its own.
  if (const size_t at = text.rfind('@'); at != std::string_view::npos) {
    read_login(text.substr(0, at), server);
    text.remove_prefix(at + 1);
  }
  read_host_and_port(text, server);
  server.starttls = starttls(server, off);
  return server;
}

Sendmail read_sendmail(std::string_view text) {
  Sendmail server;
  for (const std::string_view word : base::split(text, ' '))
    if (!word.empty()) server.command.emplace_back(word);
  if (server.command.empty()) throw ServerError("must name a program, as in \"sendmail:/usr/sbin/sendmail\"");
  return server;
}

}  // namespace

bool is_loopback(const Smtp& server) {
  const auto url = http::parse_url("http://" + server.host);
  return url && http::is_loopback(*url);
}

Server read_server(std::string_view text) {
  if (base::has_control(text)) throw ServerError("must not contain control characters");
  const std::string scheme = base::lower(text.substr(0, text.find(':')));
  const std::string_view rest = text.substr(std::min(text.size(), scheme.size() + 1));
  if (scheme == "sendmail") return read_sendmail(rest);
  if ((scheme == "smtp" || scheme == "smtps") && rest.starts_with("//"))
    return read_smtp(rest.substr(2), scheme == "smtps");
  throw ServerError("must be smtp://…, smtps://… or sendmail:PROGRAM");
}

}  // namespace mail
