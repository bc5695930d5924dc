// Speaks FastCGI straight to a Unix socket, with no web server between: load SOCKET VARIABLES REQUESTS
// CONNECTIONS EXPECTED VARIABLES is a file of NAME=VALUE lines; an answer counts only if it contains
// EXPECTED. Each request has a connection of its own, as lighttpd and nginx do it. Prints one line of JSON;
// latencies in microseconds.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
  begin_request = 1,
  end_request = 3,
  params = 4,
  standard_input = 5,
  header_size = 8,
  buffer_size = 65536
};

static unsigned char request[buffer_size];
static size_t request_size;
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static const char* expected;
static size_t wanted;
static _Atomic size_t begun;
static _Atomic size_t failed;
static uint32_t* latencies;  // of each request

static _Noreturn void fail(const char* what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static void add_record(int type, const unsigned char* content, size_t size) {
  const unsigned char header[header_size] = {1, (unsigned char)type,        0,
                                             1, (unsigned char)(size >> 8), (unsigned char)size};
  if (request_size + sizeof header + size > buffer_size) fail("the variables are too long");
  memcpy(request + request_size, header, sizeof header);
  memcpy(request + request_size + sizeof header, content, size);
  request_size += sizeof header + size;
}

static size_t put_length(unsigned char* out, size_t length) {
  if (length < 128) {
    out[0] = (unsigned char)length;
    return 1;
  }
  out[0] = (unsigned char)(length >> 24 | 128);
  out[1] = (unsigned char)(length >> 16);
  out[2] = (unsigned char)(length >> 8);
  out[3] = (unsigned char)length;
  return 4;
}

static void make_request(const char* file) {
  static unsigned char pairs[buffer_size / 2];
  static char line[buffer_size / 4];
  size_t size = 0;
  FILE* variables = fopen(file, "r");
  if (!variables) fail(file);
  while (fgets(line, sizeof line, variables)) {
    const size_t name = strcspn(line, "=");
    const size_t all = strcspn(line, "\n");
    if (name >= all || size + all + 8 > sizeof pairs) continue;
    size += put_length(pairs + size, name);
    size += put_length(pairs + size, all - name - 1);
    memcpy(pairs + size, line, name);
    memcpy(pairs + size + name, line + name + 1, all - name - 1);
    size += all - 1;
  }
  fclose(variables);
  static const unsigned char responder[8] = {0, 1};
  add_record(begin_request, responder, sizeof responder);
  add_record(params, pairs, size);
  add_record(params, NULL, 0);
  add_record(standard_input, NULL, 0);
}

/// Whether this is a whole answer, up to its end record.
static int is_complete(const unsigned char* bytes, size_t size) {
  for (size_t at = 0; at + header_size <= size;) {
    if (bytes[at + 1] == end_request) return 1;
    at += header_size + ((size_t)bytes[at + 4] << 8 | bytes[at + 5]) + bytes[at + 6];
  }
  return 0;
}

static int ask(void) {
  unsigned char answer[buffer_size];
  size_t have = 0;
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) fail("socket");
  const struct timeval patience = {.tv_sec = 60};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  int complete = connect(connection, (const struct sockaddr*)&address, sizeof address) == 0 &&
                 write(connection, request, request_size) == (ssize_t)request_size;
  while (complete) {
    const ssize_t came = read(connection, answer + have, sizeof answer - have);
    if (came <= 0)
      complete = 0;
    else
      have += (size_t)came;
    if (is_complete(answer, have)) break;
  }
  close(connection);
  return complete && memmem(answer, have, expected, strlen(expected)) != NULL;
}

static void* work(void* unused) {
  (void)unused;
  for (size_t number; (number = begun++) < wanted;) {
    const uint64_t before = now();
    if (!ask()) failed++;
    latencies[number] = (uint32_t)((now() - before) / 1000);
  }
  return NULL;
}

static int by_size(const void* a, const void* b) {
  const uint32_t left = *(const uint32_t*)a;
  const uint32_t right = *(const uint32_t*)b;
  return (left > right) - (left < right);
}

int main(int count, char** arguments) {
  if (count != 6 || strlen(arguments[1]) >= sizeof address.sun_path) {
    fprintf(stderr, "usage: load SOCKET VARIABLES REQUESTS CONNECTIONS EXPECTED\n");
    return 2;
  }
  strcpy(address.sun_path, arguments[1]);
  make_request(arguments[2]);
  wanted = strtoul(arguments[3], NULL, 10);
  const int connections = atoi(arguments[4]);
  expected = arguments[5];
  latencies = calloc(wanted + 1, sizeof *latencies);
  pthread_t threads[256];
  if (!latencies || connections < 1 || connections > 256) fail("connections");
  const uint64_t before = now();
  for (int i = 0; i < connections; i++)
    if (pthread_create(&threads[i], NULL, work, NULL) != 0) fail("pthread_create");
  for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
  const double seconds = (double)(now() - before) / 1e9;
  qsort(latencies, wanted, sizeof *latencies, by_size);
  printf("{\"requests\":%zu,\"failed\":%zu,\"seconds\":%.6f,\"p50\":%u,\"p99\":%u,\"max\":%u}\n", wanted,
         (size_t)failed, seconds, latencies[wanted / 2], latencies[wanted * 99 / 100],
         latencies[wanted ? wanted - 1 : 0]);
  return 0;
}
