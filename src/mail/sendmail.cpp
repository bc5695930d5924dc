#include <algorithm>

#include "base/text.hpp"
#include "mail/transport.hpp"

namespace mail {
namespace {

/// Whether the owner has it find the recipient in the header, which names no other one: "-t", also "-ti".
bool reads_recipients(const std::vector<std::string>& command) {
  return std::any_of(command.begin() + 1, command.end(), [](const std::string& word) {
    return word.starts_with("-") && word.find('t') != std::string::npos &&
           word.find_first_not_of("ti", 1) == std::string::npos;
  });
}

}  // namespace

void send_by_sendmail(const Sendmail& server, const Envelope& mail, const Limits& limits) {
  std::vector<std::string> command = server.command;
  // -i: a line of one dot does not end the mail. --: what follows is no option, whatever it looks like.
  for (const char* word : {"-i", "-f", mail.from.c_str()}) command.emplace_back(word);
  // With both, Exim takes the one away from the other, and has nobody to send to.
  if (!reads_recipients(command))
    for (const char* word : {"--", mail.to.c_str()}) command.emplace_back(word);
  // The system's own line ends, as every sendmail takes them from a local program.
  run({.command = std::move(command),
       .input = base::replace_all(mail.content, "\r\n", "\n"),
       .environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
       .timeout = limits.total});
}

}  // namespace mail
