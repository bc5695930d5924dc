#include "fastcgi.h"

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
static size_t digits_at;  // where the number belongs
static size_t digits;     // how many; 0 if nowhere
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static const char* expected;

_Noreturn void fail(const char* what) {
  perror(what);
  exit(1);
}

uint64_t now(void) {
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

static void find_digits(void) {
  const unsigned char* first = memmem(request, request_size, "##", 2);
  if (!first) return;
  digits_at = (size_t)(first - request);
  while (request[digits_at + digits] == '#') digits++;
}

static int send_request(int connection, size_t number) {
  unsigned char numbered[buffer_size];
  memcpy(numbered, request, request_size);
  for (size_t i = digits; i-- > 0; number /= 10) numbered[digits_at + i] = (unsigned char)('0' + number % 10);
  return write(connection, numbered, request_size) == (ssize_t)request_size;
}

int fastcgi_ask(size_t number) {
  unsigned char answer[buffer_size];
  size_t have = 0;
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) fail("socket");
  const struct timeval patience = {.tv_sec = 60};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  int complete = connect(connection, (const struct sockaddr*)&address, sizeof address) == 0 &&
                 send_request(connection, number);
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

void fastcgi_prepare(const char* socket, const char* variables, const char* must_contain) {
  if (strlen(socket) >= sizeof address.sun_path) fail("the socket's path is too long");
  strcpy(address.sun_path, socket);
  make_request(variables);
  find_digits();
  expected = must_contain;
}
