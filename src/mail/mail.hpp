#pragma once
// Mail: addresses, a message in MIME, and its way out by SMTP (the curl program) or a sendmail command.
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/crypto.hpp"

namespace mail {

/// It could not be sent; what() says why, without passwords and without the message.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// --- addresses ---

/// The one address that this text is, in small ASCII letters (a domain of other letters as punycode); none if
/// it is anything else. Judged after it has become ASCII, so that no character turns into a special one
/// later.
std::optional<std::string> read_address(std::string_view);

/// Whose mailbox such an address is likely to be, to count by: most servers bring ann+shop@… to ann@…, and
/// some a.nn@… too. Nothing is sent there.
std::string mailbox_of(const std::string& address);

/// A host's name in small ASCII letters, an international one as punycode; none if it is no such name.
std::optional<std::string> read_host(std::string_view);

/// Somebody with a name: "Example <no-reply@example.com>", or the address alone.
struct Mailbox {
  std::string name;  // UTF-8; "" where there is none
  std::string address;
};
std::optional<Mailbox> read_mailbox(std::string_view);

// --- messages ---

struct Message {
  Mailbox from;
  std::string to;  // as read_address gave it
  std::string subject, text, html;
  std::string language;  // of all three, "en"
};

/// The message as it travels (RFC 5322, MIME): ASCII, lines of 76 characters at most (an address may need
/// more), ended by CRLF.
/// Throws Error if something that goes into the header has a control character in it.
std::string to_mime(const Message&, base::Time now, crypto::Random&);

// --- servers ---

enum class Encryption { required, when_offered, off };

/// smtp://user:password@host:port, smtps://…
struct Smtp {
  std::string host;  // ASCII; [::1] with its brackets
  std::uint16_t port = 0;
  bool tls_from_the_start = false;                 // smtps
  Encryption starttls = Encryption::when_offered;  // of smtp
  std::string user;                                // "" where nobody is to be logged in
  base::Secret password;
};

/// sendmail:COMMAND
struct Sendmail {
  std::vector<std::string> command;  // the program and its own arguments
};

using Server = std::variant<Smtp, Sendmail>;

/// What is wrong with a server's text; what() is a sentence that repeats nothing of it, passwords are in
/// there.
struct ServerError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// STARTTLS is required on port 587, and wherever a password is sent, but for `?tls=off` and for loopback
/// addresses. smtp:// without a port is port 587 and smtps:// is 465, as in nodemailer. Throws ServerError.
Server read_server(std::string_view);
/// Whether it is this machine's own.
bool is_loopback(const Smtp&);

struct Limits {
  std::chrono::seconds connect{5};
  std::chrono::seconds total{20};
};

/// Hands the message over. Throws Error.
void send(const Server&, const Message&, base::Time now, crypto::Random&, const Limits& = {});

}  // namespace mail
