#pragma once
// Private to mail/: lines of a message's header (RFC 5322 §2.2, RFC 2047).
#include "mail/mail.hpp"

namespace mail {

/// "Name: value" CRLF. Throws Error if the value has a control character, save for the folds that the
/// functions below make, or is no UTF-8.
std::string header(std::string_view name, const std::string& value);

/// Text as a header's value, in encoded words where it is not plain ASCII or too long for a line; folded.
/// `used`: how much of its first line is taken. Throws Error likewise.
std::string encode_text(std::string_view text, size_t used);

/// A name and its address as a header's value.
std::string encode_mailbox(const Mailbox&, size_t used);

/// Quoted-printable (RFC 2045 §6.7), lines ended by CRLF, the last one too.
std::string quoted_printable(std::string_view text);

}  // namespace mail
