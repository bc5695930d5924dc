// A FastCGI client that sends one and the same request, each over a connection of its own. Where the request
// has
// "##" or more of them, they become digits of its number, so that requests are of different people.
#ifndef FASTCGI_H
#define FASTCGI_H

#include <stddef.h>
#include <stdint.h>

/// To be called once: where, the file of NAME=VALUE lines, and what an answer has to contain.
void fastcgi_prepare(const char* socket, const char* variables, const char* expected);

/// Whether the answer was whole and as expected.
int fastcgi_ask(size_t number);

/// Nanoseconds of a clock that only goes on.
uint64_t now(void);

/// Ends the process, with errno's reason.
_Noreturn void fail(const char* what);

#endif
