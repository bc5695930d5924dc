// A database session: one prepared join of session and user, by the hash of the token.
// SHA-256 by OpenSSL's old functions: the new ones load its providers, which costs a CGI process 1 ms.
// LIMIT_DATABASE: the SQLite file, as nextauth.fcgi made it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"

struct worker {
  sqlite3* db;
  sqlite3_stmt* find;
};

static const char sql[] =
    "SELECT s.expires, s.access_token, u.name, u.email, u.image "
    "FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.session_token = $1";

struct worker* worker_new(void) {
  struct worker* worker = calloc(1, sizeof *worker);
  const char* file = getenv("LIMIT_DATABASE");
  if (!worker || !file) fail("LIMIT_DATABASE is missing");
  if (sqlite3_open_v2(file, &worker->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
      sqlite3_busy_timeout(worker->db, 5000) != SQLITE_OK ||
      sqlite3_exec(worker->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", NULL, NULL, NULL) !=
          SQLITE_OK ||
      sqlite3_prepare_v3(worker->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &worker->find, NULL) != SQLITE_OK)
    fail(sqlite3_errmsg(worker->db));
  return worker;
}

static void hash(const char* token, size_t length, char out[80]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char sum[SHA256_DIGEST_LENGTH];
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, token, length);
  SHA256_Final(sum, &context);
  memcpy(out, "sha256:", 7);
  for (size_t i = 0; i < sizeof sum; i++) {
    out[7 + 2 * i] = digits[sum[i] >> 4];
    out[8 + 2 * i] = digits[sum[i] & 15];
  }
}

static const char* column(struct worker* worker, int number) {
  const unsigned char* text = sqlite3_column_text(worker->find, number);
  return text ? (const char*)text : "";
}

/// "2026-12-23 19:19:10.211"
static void read_date(const char* text, time_t* seconds, int* milliseconds) {
  struct tm utc = {0};
  if (sscanf(text, "%d-%d-%d %d:%d:%d.%d", &utc.tm_year, &utc.tm_mon, &utc.tm_mday, &utc.tm_hour, &utc.tm_min,
             &utc.tm_sec, milliseconds) < 6)
    fail("the row's date");
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  *seconds = timegm(&utc);
}

size_t answer(struct worker* worker, const char* cookies, char out[answer_size]) {
  size_t length = 0;
  size_t written = 0;
  char key[80];
  const char* token = session_token(cookies, &length);
  if (!token) return write_nobody(out);
  hash(token, length, key);
  sqlite3_bind_text(worker->find, 1, key, 7 + 64, SQLITE_STATIC);
  const int found = sqlite3_step(worker->find);
  if (found == SQLITE_ROW) {
    struct session session = {.token = token,
                              .token_length = length,
                              .access_token = column(worker, 1),
                              .name = column(worker, 2),
                              .email = column(worker, 3),
                              .image = column(worker, 4)};
    read_date(column(worker, 0), &session.expires, &session.milliseconds);
    written = session.expires > time(NULL) ? write_session(&session, out) : write_nobody(out);
  } else if (found == SQLITE_DONE) {
    written = write_nobody(out);
  } else {
    fail(sqlite3_errmsg(worker->db));
  }
  sqlite3_reset(worker->find);
  return written;
}
