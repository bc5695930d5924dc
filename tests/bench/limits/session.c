// A database session: one prepared join of session and user, by the hash of the token.
// SHA-256 by OpenSSL's old functions: the new ones load its providers, which costs a CGI process 1 ms.
// LIMIT_DATABASE: the SQLite file, as nextauth.fcgi made it. LIMIT_RENEW: every request renews its session.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"

enum { max_age = 30 * 24 * 3600 };

struct worker {
  sqlite3* db;
  sqlite3_stmt* find;
  sqlite3_stmt* renew;  // null unless asked for
};

static const char find_sql[] =
    "SELECT s.expires, s.access_token, u.name, u.email, u.image "
    "FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.session_token = $1";

static const char renew_sql[] = "UPDATE sessions SET expires = ?2, updated_at = ?3 WHERE session_token = ?1";

static sqlite3_stmt* prepare(sqlite3* db, const char* text) {
  sqlite3_stmt* statement;
  if (sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    fail(sqlite3_errmsg(db));
  return statement;
}

struct worker* worker_new(void) {
  struct worker* worker = calloc(1, sizeof *worker);
  const char* file = getenv("LIMIT_DATABASE");
  if (!worker || !file) fail("LIMIT_DATABASE is missing");
  if (sqlite3_open_v2(file, &worker->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
      sqlite3_busy_timeout(worker->db, 10000) != SQLITE_OK ||
      sqlite3_exec(worker->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", NULL, NULL, NULL) !=
          SQLITE_OK)
    fail(sqlite3_errmsg(worker->db));
  worker->find = prepare(worker->db, find_sql);
  if (getenv("LIMIT_RENEW")) worker->renew = prepare(worker->db, renew_sql);
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

static void write_date(char out[32], time_t seconds, int milliseconds) {
  struct tm utc;
  gmtime_r(&seconds, &utc);
  const size_t length = strftime(out, 32, "%Y-%m-%d %H:%M:%S", &utc);
  snprintf(out + length, 32 - length, ".%03d", milliseconds);
}

static void renew(struct worker* worker, const char* key, struct timespec time) {
  char expires[32];
  char updated[32];
  const int milliseconds = (int)(time.tv_nsec / 1000000);
  write_date(expires, time.tv_sec + max_age, milliseconds);
  write_date(updated, time.tv_sec, milliseconds);
  sqlite3_bind_text(worker->renew, 1, key, 7 + 64, SQLITE_STATIC);
  sqlite3_bind_text(worker->renew, 2, expires, -1, SQLITE_STATIC);
  sqlite3_bind_text(worker->renew, 3, updated, -1, SQLITE_STATIC);
  if (sqlite3_step(worker->renew) != SQLITE_DONE || sqlite3_changes(worker->db) != 1)
    fail(sqlite3_errmsg(worker->db));
  sqlite3_reset(worker->renew);
}

size_t answer(struct worker* worker, const char* cookies, char out[answer_size]) {
  size_t length = 0;
  size_t written = 0;
  int renews = 0;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
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
    renews = worker->renew && session.expires > now.tv_sec;
    if (renews) {
      session.expires = now.tv_sec + max_age;
      session.milliseconds = (int)(now.tv_nsec / 1000000);
    }
    written = session.expires > now.tv_sec ? write_session(&session, out) : write_nobody(out);
  } else if (found == SQLITE_DONE) {
    written = write_nobody(out);
  } else {
    fail(sqlite3_errmsg(worker->db));
  }
  // Before the row is written: it would be a read transaction that becomes a write one.
  sqlite3_reset(worker->find);
  if (renews) renew(worker, key, now);
  return written;
}
