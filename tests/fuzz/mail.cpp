// Mail addresses of visitors; mailboxes and servers of the configuration; the message that is made for them.
#include "mail/mail.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "fixed.hpp"
#include "fuzz.hpp"

namespace {

void check_address(std::string_view text) {
  const auto address = mail::read_address(text);
  if (!address) return;
  fuzz::require(mail::read_address(*address) == address, "an address is read as itself");
  fuzz::require(std::count(address->begin(), address->end(), '@') == 1, "an address has one @");
  for (const char c : *address)
    fuzz::require(c > 0x20 && c < 0x7f && std::string_view("<>,;:\"\\()[]").find(c) == std::string_view::npos,
                  "an address has no special character");
  fuzz::require(address->front() != '-', "an address is no option");
}

/// Each header stands on its lines, whatever is in it: no line is one of another name.
void check_message(const mail::Mailbox& from, const std::string& subject) {
  fuzz::FixedRandom random;
  try {
    const std::string message = mail::to_mime({.from = from,
                                               .to = "ann@example.com",
                                               .subject = subject,
                                               .text = subject,
                                               .html = subject,
                                               .language = "en"},
                                              fuzz::now, random);
    const std::string head = message.substr(0, message.find("\r\n\r\n"));
    fuzz::require(head.find("\r\nBcc") == std::string::npos, "no header of the sender's own");
    for (const char c : message)
      fuzz::require((c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n', "a message is plain ASCII");
  } catch (const mail::Error&) {
    return;
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::text(data, size);
  const std::string subject(rest);
  const std::string_view text = fuzz::take(rest);
  check_address(text);
  if (const auto host = mail::read_host(text))
    fuzz::require(mail::read_host(*host) == host, "a host is read as itself");
  const auto mailbox = mail::read_mailbox(text);
  if (mailbox) check_address(mailbox->address);
  check_message(mailbox.value_or(mail::Mailbox{"", "a@example.com"}), subject);
  try {
    mail::read_server(text);
  } catch (const mail::ServerError& error) {
    fuzz::require(std::string_view(error.what()).find("s3cret") == std::string_view::npos,
                  "a complaint does not repeat a password");
  }
  return 0;
}
