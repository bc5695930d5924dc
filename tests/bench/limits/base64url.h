#ifndef BASE64URL_H
#define BASE64URL_H

#include <stddef.h>

/// How many bytes came out; 0 if the text is no base64url. `out` has room for 3/4 of `length` and 3 more.
size_t base64url_decode(const char* text, size_t length, unsigned char* out);

/// How many characters came out: without padding, without an end.
size_t base64url_encode(const unsigned char* bytes, size_t length, char* out);

#endif
