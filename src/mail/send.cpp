#include "base/text.hpp"
#include "mail/transport.hpp"

namespace mail {
namespace {

std::string first_line(std::string_view text) {
  constexpr size_t longest = 300;
  text = base::trim(text);
  return std::string(base::cut(text.substr(0, text.find('\n')), longest));
}

}  // namespace

void run(base::ProcessOptions options) {
  base::ProcessResult result;
  const std::string program = options.command.at(0);
  try {
    result = base::run_process(options);
  } catch (const std::runtime_error& error) {
    throw Error(error.what());
  }
  if (result.exit_code != 0)
    throw Error(program + ": ended with " + std::to_string(result.exit_code) + ": " +
                first_line(result.errors));
}

void send(const Server& server, const Message& message, base::Time now, crypto::Random& random,
          const Limits& limits) {
  // Judged before already; but an address that is none must never get as far as a command.
  if (read_address(message.to) != message.to || read_address(message.from.address) != message.from.address)
    throw Error("an address of the mail is no address");
  const Envelope mail{message.from.address, message.to, to_mime(message, now, random)};
  if (const auto* smtp = std::get_if<Smtp>(&server)) return send_by_smtp(*smtp, mail, limits);
  send_by_sendmail(std::get<Sendmail>(server), mail, limits);
}

}  // namespace mail
