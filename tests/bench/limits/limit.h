// The limits `make bench` measures against: what a small honest C program takes for the same answer.
// gateway: fcgi.c or cgi.c. work: hello.c, jwt.c or session.c.
#ifndef LIMIT_H
#define LIMIT_H

#include <stddef.h>
#include <time.h>

enum { answer_size = 8192 };

/// What one thread keeps from request to request.
struct worker;
struct worker* worker_new(void);

/// The whole answer to a request with these cookies (may be null), written to `out`; its length.
size_t answer(struct worker* worker, const char* cookies, char out[answer_size]);

/// Ends the process with a message: a limit that does half its work would be a wrong measure.
_Noreturn void fail(const char* what);

/// Where the session token in these cookies begins; its length to `length`. Null if there is none.
const char* session_token(const char* cookies, size_t* length);

/// The answer of /session, as nextauth.fcgi gives it.
struct session {
  const char* token;
  size_t token_length;
  const char* name;
  const char* email;
  const char* image;
  const char* access_token;  // null in a JWT session
  time_t expires;
  int milliseconds;
};
size_t write_session(const struct session* session, char out[answer_size]);

/// Says {}.
size_t write_nobody(char out[answer_size]);

#endif
