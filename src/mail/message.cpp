#include "mail/header.hpp"

namespace mail {
namespace {

/// RFC 5322 §3.3 has no "GMT".
std::string date(base::Time now) {
  std::string text = base::http_date(now);
  constexpr std::string_view zone = "GMT";
  return text.replace(text.size() - zone.size(), zone.size(), "+0000");
}

std::string domain(const std::string& address) { return address.substr(address.find('@') + 1); }

std::string part(std::string_view type, const Message& message, const std::string& body) {
  return header("Content-Type", std::string(type) + "; charset=utf-8") +
         header("Content-Language", message.language) +
         header("Content-Transfer-Encoding", "quoted-printable") + "\r\n" + quoted_printable(body);
}

}  // namespace

std::string to_mime(const Message& message, base::Time now, crypto::Random& random) {
  // In quoted-printable no "=_" can come, and so no boundary.
  const std::string boundary = "=_" + crypto::random_hex(random, 16);
  const std::string delimiter = "--" + boundary;
  const auto line_of = [](std::string_view name) { return name.size() + 2; };
  return header("Date", date(now)) + header("From", encode_mailbox(message.from, line_of("From"))) +
         header("To", message.to) +
         header("Message-ID",
                "<" + crypto::random_hex(random, 16) + "@" + domain(message.from.address) + ">") +
         header("Subject", encode_text(message.subject, line_of("Subject"))) +
         // RFC 3834: answers of machines would only go round.
         header("Auto-Submitted", "auto-generated") + header("MIME-Version", "1.0") +
         header("Content-Type", "multipart/alternative;\r\n boundary=\"" + boundary + "\"") + "\r\n" +  //
         delimiter + "\r\n" + part("text/plain", message, message.text) +                               //
         delimiter + "\r\n" + part("text/html", message, message.html) + delimiter + "--\r\n";
}

}  // namespace mail
