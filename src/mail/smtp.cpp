#include <cstdlib>

#include "mail/transport.hpp"

namespace mail {
namespace {

/// A value for curl's configuration file.
std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string encryption(const Smtp& server) {
  if (server.tls_from_the_start) return "";
  switch (server.starttls) {
    case Encryption::required:
      return "ssl-reqd\n";
    case Encryption::when_offered:
      return "ssl\n";
    case Encryption::off:
      break;
  }
  return "";
}

std::string configuration(const Smtp& server, const Envelope& mail, const Limits& limits) {
  const std::string scheme = server.tls_from_the_start ? "smtps" : "smtp";
  std::string text = "silent\nshow-error\ngloboff\nproto = \"=" + scheme + "\"\nnoproxy = \"*\"\n";
  text += "url = " + quoted(scheme + "://" + server.host + ":" + std::to_string(server.port)) + "\n";
  text += encryption(server);
  // With a colon in any case: without one, curl would ask for the password.
  if (!server.user.empty())
    text += "user = " + quoted(server.user + ":" + std::string(server.password.reveal())) + "\n";
  text += "mail-from = " + quoted("<" + mail.from + ">") + "\n";
  text += "mail-rcpt = " + quoted("<" + mail.to + ">") + "\n";
  text += "connect-timeout = " + std::to_string(limits.connect.count()) + "\n";
  text += "max-time = " + std::to_string(limits.total.count()) + "\n";
  // The message; the size that curl would announce by itself makes no difference to a mail as small as this.
  text += "upload-file = \"-\"\n";
  return text;
}

/// Where the owner keeps the certificates of those to be believed, if elsewhere than the system does.
std::vector<std::string> environment() {
  const char* bundle = std::getenv("SSL_CERT_FILE");
  if (!bundle) return {};
  return {std::string("SSL_CERT_FILE=") + bundle};
}

}  // namespace

void send_by_smtp(const Smtp& server, const Envelope& mail, const Limits& limits) {
  constexpr std::chrono::seconds to_end{2};  // curl keeps to its own time, this is for a curl that does not
  // -q: no configuration file of the account we run as.
  run({.command = {"curl", "-q", "-K", "/dev/fd/3"},
       .input = mail.content,
       .secret_input = configuration(server, mail, limits),
       .environment = environment(),
       .timeout = limits.total + to_end});
}

}  // namespace mail
