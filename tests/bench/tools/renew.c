// What renewing sessions costs without a server: renew DATABASE TOKEN TIMES THREADS
// RENEW_SYNCHRONOUS=FULL: SQLite waits for the disk at each commit; else as nextauth.fcgi sets it, NORMAL.
// Each thread has a connection of its own. Session by session, of those whose tokens are TOKEN and 0000 to
// 0999: finds it with its user, then sets when it expires. Prints JSON: seconds, and the longest wait in
// microseconds.
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "fastcgi.h"

static const char* database;
static const char* token;
static size_t wanted;
static _Atomic size_t begun;
static _Atomic uint64_t longest;

static const char find[] =
    "SELECT s.expires, s.access_token, u.name, u.email, u.image "
    "FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.session_token = $1";
static const char renew[] = "UPDATE sessions SET expires = ?2, updated_at = ?3 WHERE session_token = ?1";

static sqlite3* open_database(void) {
  sqlite3* db;
  const char* synchronous = getenv("RENEW_SYNCHRONOUS");
  const int full = synchronous && strcmp(synchronous, "FULL") == 0;
  if (sqlite3_open_v2(database, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
      sqlite3_busy_timeout(db, 10000) != SQLITE_OK ||
      sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) != SQLITE_OK ||
      sqlite3_exec(db, full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", NULL, NULL,
                   NULL) != SQLITE_OK)
    fail(sqlite3_errmsg(db));
  return db;
}

static sqlite3_stmt* prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    fail(sqlite3_errmsg(db));
  return statement;
}

static void hash(size_t number, char out[72]) {
  char text[128];
  unsigned char sum[SHA256_DIGEST_LENGTH];
  const int length = snprintf(text, sizeof text, "%s%04zu", token, number % 1000);
  SHA256((const unsigned char*)text, (size_t)length, sum);
  strcpy(out, "sha256:");
  for (size_t i = 0; i < sizeof sum; i++) snprintf(out + 7 + 2 * i, 3, "%02x", sum[i]);
}

static void write_date(char out[32], time_t ahead) {
  struct timespec time;
  struct tm utc;
  clock_gettime(CLOCK_REALTIME, &time);
  time.tv_sec += ahead;
  gmtime_r(&time.tv_sec, &utc);
  const size_t length = strftime(out, 32, "%Y-%m-%d %H:%M:%S", &utc);
  snprintf(out + length, 32 - length, ".%03d", (int)(time.tv_nsec / 1000000));
}

static void step(sqlite3_stmt* statement, int expected) {
  if (sqlite3_step(statement) != expected) fail(sqlite3_errmsg(sqlite3_db_handle(statement)));
  sqlite3_reset(statement);
}

static void* work(void* unused) {
  (void)unused;
  sqlite3* db = open_database();
  sqlite3_stmt* finds = prepare(db, find);
  sqlite3_stmt* renews = prepare(db, renew);
  for (size_t number; (number = begun++) < wanted;) {
    char key[72];
    char expires[32];
    char updated[32];
    const uint64_t before = now();
    hash(number, key);
    sqlite3_bind_text(finds, 1, key, -1, SQLITE_STATIC);
    step(finds, SQLITE_ROW);
    write_date(expires, (time_t)30 * 24 * 3600);
    write_date(updated, 0);
    sqlite3_bind_text(renews, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(renews, 2, expires, -1, SQLITE_STATIC);
    sqlite3_bind_text(renews, 3, updated, -1, SQLITE_STATIC);
    step(renews, SQLITE_DONE);
    if (sqlite3_changes(db) != 1) fail("nothing was renewed");
    const uint64_t took = now() - before;
    uint64_t known = longest;
    while (took > known && !atomic_compare_exchange_weak(&longest, &known, took)) continue;
  }
  sqlite3_finalize(finds);
  sqlite3_finalize(renews);
  sqlite3_close(db);
  return NULL;
}

int main(int count, char** arguments) {
  pthread_t threads[64];
  const int wanted_threads = count == 5 ? atoi(arguments[4]) : 0;
  if (wanted_threads < 1 || wanted_threads > 64) {
    fprintf(stderr, "usage: renew DATABASE TOKEN TIMES THREADS\n");
    return 2;
  }
  database = arguments[1];
  token = arguments[2];
  wanted = strtoul(arguments[3], NULL, 10);
  const uint64_t before = now();
  for (int i = 0; i < wanted_threads; i++)
    if (pthread_create(&threads[i], NULL, work, NULL) != 0) fail("pthread_create");
  for (int i = 0; i < wanted_threads; i++) pthread_join(threads[i], NULL);
  printf("{\"seconds\":%.6f,\"longest\":%.0f}\n", (double)(now() - before) / 1e9, (double)longest / 1000);
  return 0;
}
