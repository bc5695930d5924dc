// A JWT session: the token's HMAC-SHA512 is checked, its dates are set anew, and it is signed again.
// LIMIT_JWT_KEY: the signing key, in hex.
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64url.h"
#include "limit.h"

enum { signature_size = 64, claims_size = 1024, token_size = 2048, max_age = 30 * 24 * 3600 };

/// The MAC with its key set: HMAC() would look it up and set the key at each call, for 15,000 instructions
/// more.
struct worker {
  EVP_MAC_CTX* mac;
};

struct worker* worker_new(void) {
  const char* hex = getenv("LIMIT_JWT_KEY");
  struct worker* worker = calloc(1, sizeof *worker);
  if (!hex || !worker) fail("LIMIT_JWT_KEY is missing");
  unsigned char key[signature_size];
  size_t key_size = 0;
  for (; key_size < sizeof key && sscanf(hex, "%2hhx", &key[key_size]) == 1; hex += 2) key_size++;
  EVP_MAC* hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  worker->mac = EVP_MAC_CTX_new(hmac);
  EVP_MAC_free(hmac);
  char digest[] = "SHA512";
  const OSSL_PARAM with[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                             OSSL_PARAM_construct_end()};
  if (!worker->mac || !EVP_MAC_init(worker->mac, key, key_size, with)) fail("HMAC");
  return worker;
}

static void sign(struct worker* worker, const char* text, size_t length, unsigned char* signature) {
  size_t size = 0;
  if (!EVP_MAC_init(worker->mac, NULL, 0, NULL) ||
      !EVP_MAC_update(worker->mac, (const unsigned char*)text, length) ||
      !EVP_MAC_final(worker->mac, signature, &size, signature_size))
    fail("HMAC");
}

/// Whether the token is ours; its claims to `claims`, as text.
static int verify(struct worker* worker, const char* token, size_t length, char claims[claims_size]) {
  const char* first = memchr(token, '.', length);
  if (!first) return 0;
  const char* payload = first + 1;
  const char* second = memchr(payload, '.', length - (size_t)(payload - token));
  if (!second) return 0;
  unsigned char theirs[signature_size + 4];
  unsigned char ours[signature_size];
  const size_t given = length - (size_t)(second + 1 - token);
  if (given > 90 || base64url_decode(second + 1, given, theirs) != signature_size) return 0;
  sign(worker, token, (size_t)(second - token), ours);
  if (CRYPTO_memcmp(theirs, ours, signature_size) != 0) return 0;
  if ((size_t)(second - payload) > claims_size / 2) return 0;
  claims[base64url_decode(payload, (size_t)(second - payload), (unsigned char*)claims)] = '\0';
  return 1;
}

/// A token of these claims up to "iat", which come last; its length.
static size_t issue(struct worker* worker, const char* claims, size_t kept, time_t now, char* token) {
  static const char header[] = "eyJhbGciOiJIUzUxMiJ9.";
  char payload[claims_size];
  const int length = snprintf(payload, sizeof payload, "%.*s\"iat\":%lld,\"exp\":%lld}", (int)kept, claims,
                              (long long)now, (long long)now + max_age);
  memcpy(token, header, sizeof header - 1);
  size_t end = sizeof header - 1;
  end += base64url_encode((const unsigned char*)payload, (size_t)length, token + end);
  unsigned char signature[signature_size];
  sign(worker, token, end, signature);
  token[end++] = '.';
  return end + base64url_encode(signature, signature_size, token + end);
}

/// The text of a claim, cut out of `claims`.
static const char* claim(char* claims, const char* name) {
  char* value = strstr(claims, name);
  if (!value) return "";
  value += strlen(name);
  value[strcspn(value, "\"")] = '\0';
  return value;
}

size_t answer(struct worker* worker, const char* cookies, char out[answer_size]) {
  size_t length = 0;
  char claims[claims_size];
  const char* token = session_token(cookies, &length);
  if (!token || !verify(worker, token, length, claims)) return write_nobody(out);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const char* issued = strstr(claims, "\"iat\":");
  const char* expires = strstr(claims, "\"exp\":");
  if (!issued || !expires || strtoll(expires + 6, NULL, 10) <= now.tv_sec) return write_nobody(out);

  char fresh[token_size];
  const size_t fresh_length = issue(worker, claims, (size_t)(issued - claims), now.tv_sec, fresh);
  // From the back, as each cuts the text that the next searches.
  const char* image = claim(claims, "\"picture\":\"");
  const char* email = claim(claims, "\"email\":\"");
  const char* name = claim(claims, "\"name\":\"");
  const struct session session = {.token = fresh,
                                  .token_length = fresh_length,
                                  .name = name,
                                  .email = email,
                                  .image = image,
                                  .expires = now.tv_sec + max_age,
                                  .milliseconds = (int)(now.tv_nsec / 1000000)};
  return write_session(&session, out);
}
