#include <unistd.h>

#include <cstdlib>

#include "base/text.hpp"
#include "mail/probe.hpp"
#include "mail/transport.hpp"

namespace mail {
namespace {

/// A value for curl's configuration file.
std::string as_curl_text(std::string_view value) {
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

/// How to get there.
std::string connection(const Smtp& server, const Limits& limits) {
  const std::string scheme = server.tls_from_the_start ? "smtps" : "smtp";
  std::string text = "silent\nshow-error\ngloboff\nproto = \"=" + scheme + "\"\nnoproxy = \"*\"\n";
  text += "url = " + as_curl_text(scheme + "://" + server.host + ":" + std::to_string(server.port)) + "\n";
  text += encryption(server);
  // With a colon in any case: without one, curl would ask for the password.
  if (!server.user.empty())
    text += "user = " + as_curl_text(server.user + ":" + std::string(server.password.reveal())) + "\n";
  text += "connect-timeout = " + std::to_string(limits.connect.count()) + "\n";
  text += "max-time = " + std::to_string(limits.total.count()) + "\n";
  return text;
}

std::string configuration(const Smtp& server, const Envelope& mail, const Limits& limits) {
  std::string text = connection(server, limits);
  text += "mail-from = " + as_curl_text("<" + mail.from + ">") + "\n";
  text += "mail-rcpt = " + as_curl_text("<" + mail.to + ">") + "\n";
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

/// A program by its path, or in PATH as a child finds it.
bool can_be_run(const std::string& program) {
  if (program.find('/') != std::string::npos) return ::access(program.c_str(), X_OK) == 0;
  const char* path = std::getenv("PATH");
  for (const std::string_view folder : base::split(path ? path : "/usr/bin:/bin", ':'))
    if (::access((std::string(folder) + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

void run_curl(std::string configuration, std::string input, const Limits& limits) {
  if (!can_be_run("curl"))
    throw Error("the program curl is not installed here, by which mails are sent to an SMTP server");
  constexpr std::chrono::seconds to_end{2};  // curl keeps to its own time, this is for a curl that does not
  // -q: no configuration file of the account we run as.
  run({.command = {"curl", "-q", "-K", "/dev/fd/3"},
       .input = std::move(input),
       .secret_input = std::move(configuration),
       .environment = environment(),
       .timeout = limits.total + to_end});
}

}  // namespace

void send_by_smtp(const Smtp& server, const Envelope& mail, const Limits& limits) {
  run_curl(configuration(server, mail, limits), mail.content, limits);
}

// curl greets, encrypts and logs in, whatever it is then to say.
void probe(const Server& server, const Limits& limits) {
  if (const auto* smtp = std::get_if<Smtp>(&server))
    return run_curl(connection(*smtp, limits) + "request = \"NOOP\"\n", "", limits);
  const std::string& program = std::get<Sendmail>(server).command.front();
  if (!can_be_run(program)) throw Error(program + ": there is no such program that could be run");
}

}  // namespace mail
