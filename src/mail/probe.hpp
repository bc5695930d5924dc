#pragma once
#include "mail/mail.hpp"

namespace mail {

/// Whether the server would take mail from us: encryption, and the login if there is one; nothing is sent.
/// Throws Error.
void probe(const Server&, const Limits& = {});

}  // namespace mail
