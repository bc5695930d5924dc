#include "base/text.hpp"
#include "mail/transport.hpp"

namespace mail {

void send_by_sendmail(const Sendmail& server, const Envelope& mail, const Limits& limits) {
  std::vector<std::string> command = server.command;
  // -i: a line of one dot does not end the mail. --: what follows is no option, whatever it looks like.
  for (const std::string& word :
       {std::string("-i"), std::string("-f"), mail.from, std::string("--"), mail.to})
    command.push_back(word);
  // The system's own line ends, as every sendmail takes them from a local program.
  run({.command = std::move(command),
       .input = base::replace_all(mail.content, "\r\n", "\n"),
       .environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
       .timeout = limits.total});
}

}  // namespace mail
