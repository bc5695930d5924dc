#include "base64url.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : -1;
}

size_t base64url_decode(const char* text, size_t length, unsigned char* out) {
  size_t end = 0;
  uint32_t bits = 0;
  int have = 0;
  for (size_t i = 0; i < length; i++) {
    const int value = value_of(text[i]);
    if (value < 0) return 0;
    bits = bits << 6 | (uint32_t)value;
    have += 6;
    if (have >= 8) out[end++] = (unsigned char)(bits >> (have -= 8));
  }
  return end;
}

size_t base64url_encode(const unsigned char* bytes, size_t length, char* out) {
  size_t end = 0;
  size_t i = 0;
  for (; i + 2 < length; i += 3) {
    const uint32_t bits = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
    out[end++] = alphabet[bits >> 18];
    out[end++] = alphabet[bits >> 12 & 63];
    out[end++] = alphabet[bits >> 6 & 63];
    out[end++] = alphabet[bits & 63];
  }
  if (i == length) return end;
  const uint32_t bits = (uint32_t)bytes[i] << 16 | (i + 1 < length ? (uint32_t)bytes[i + 1] << 8 : 0);
  out[end++] = alphabet[bits >> 18];
  out[end++] = alphabet[bits >> 12 & 63];
  if (i + 1 < length) out[end++] = alphabet[bits >> 6 & 63];
  return end;
}
