#pragma once
// Private to mail/: one message on its way out.
#include "base/process.hpp"
#include "mail/mail.hpp"

namespace mail {

struct Envelope {
  std::string from, to;  // addresses, judged
  std::string content;   // with CRLF
};

void send_by_smtp(const Smtp&, const Envelope&, const Limits&);
void send_by_sendmail(const Sendmail&, const Envelope&, const Limits&);

/// Runs it. Throws Error if it cannot be run or does not end with 0, with the first line of its complaint.
void run(base::ProcessOptions);

}  // namespace mail
