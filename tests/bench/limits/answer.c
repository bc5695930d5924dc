#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"

static const char head[] =
    "Status: 200 OK\r\n"
    "Content-Type: application/json; charset=utf-8\r\n";
static const char tail[] =
    "Cache-Control: private, no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Frame-Options: DENY\r\n";

_Noreturn void fail(const char* what) {
  fprintf(stderr, "limit: %s\n", what);
  exit(1);
}

const char* session_token(const char* cookies, size_t* length) {
  static const char name[] = "next-auth.session-token=";
  const char* found = cookies ? strstr(cookies, name) : NULL;
  if (!found) return NULL;
  found += sizeof name - 1;
  *length = strcspn(found, ";");
  return found;
}

static size_t finish(int length) {
  if (length < 0 || length >= answer_size) fail("the answer is too long");
  return (size_t)length;
}

size_t write_session(const struct session* session, char out[answer_size]) {
  struct tm utc;
  char cookie_date[40];
  char json_date[32];
  gmtime_r(&session->expires, &utc);
  strftime(cookie_date, sizeof cookie_date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
  strftime(json_date, sizeof json_date, "%Y-%m-%dT%H:%M:%S", &utc);

  char access[100] = "";
  if (session->access_token)
    snprintf(access, sizeof access, "\"accessToken\":\"%s\",", session->access_token);
  char body[1024];
  const int body_length =
      snprintf(body, sizeof body,
               "{\"user\":{\"name\":\"%s\",\"email\":\"%s\",\"image\":\"%s\"},%s\"expires\":\"%s.%03dZ\"}",
               session->name, session->email, session->image, access, json_date, session->milliseconds);
  if (body_length < 0 || (size_t)body_length >= sizeof body) fail("the body is too long");
  return finish(
      snprintf(out, answer_size,
               "%sSet-Cookie: next-auth.session-token=%.*s; Path=/; Expires=%s; HttpOnly; SameSite=Lax\r\n"
               "%sContent-Length: %d\r\n\r\n%s",
               head, (int)session->token_length, session->token, cookie_date, tail, body_length, body));
}

size_t write_nobody(char out[answer_size]) {
  return finish(snprintf(out, answer_size, "%s%sContent-Length: 2\r\n\r\n{}", head, tail));
}
