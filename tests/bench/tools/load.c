// Speaks FastCGI straight to a Unix socket, with no web server between:
//   load SOCKET VARIABLES REQUESTS CONNECTIONS EXPECTED [RATE]
// VARIABLES is a file of NAME=VALUE lines; an answer counts only if it contains EXPECTED. Each request has
// a connection of its own, as lighttpd and nginx do it. With a RATE (per second) requests are sent when they
// are due, and their latencies count from then. Prints one line of JSON; latencies in microseconds.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fastcgi.h"

static size_t wanted;
static _Atomic size_t begun;
static _Atomic size_t failed;
static uint64_t start;
static uint64_t rate;        // 0: one after the other, as fast as they are answered
static uint32_t* latencies;  // of each request

static uint64_t wait_until(uint64_t due) {
  const struct timespec time = {.tv_sec = (time_t)(due / 1000000000U), .tv_nsec = (long)(due % 1000000000U)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) continue;
  return due;
}

static void* work(void* unused) {
  (void)unused;
  for (size_t number; (number = begun++) < wanted;) {
    const uint64_t before = rate ? wait_until(start + number * 1000000000U / rate) : now();
    if (!fastcgi_ask(number)) failed++;
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
  if (count != 6 && count != 7) {
    fprintf(stderr, "usage: load SOCKET VARIABLES REQUESTS CONNECTIONS EXPECTED [RATE]\n");
    return 2;
  }
  fastcgi_prepare(arguments[1], arguments[2], arguments[5]);
  wanted = strtoul(arguments[3], NULL, 10);
  const int connections = atoi(arguments[4]);
  latencies = calloc(wanted + 1, sizeof *latencies);
  pthread_t threads[256];
  if (!latencies || connections < 1 || connections > 256) fail("connections");
  rate = count == 7 ? strtoul(arguments[6], NULL, 10) : 0;
  start = now();
  for (int i = 0; i < connections; i++)
    if (pthread_create(&threads[i], NULL, work, NULL) != 0) fail("pthread_create");
  for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
  const double seconds = (double)(now() - start) / 1e9;
  qsort(latencies, wanted, sizeof *latencies, by_size);
  printf("{\"requests\":%zu,\"failed\":%zu,\"seconds\":%.6f,\"p50\":%u,\"p99\":%u,\"max\":%u}\n", wanted,
         (size_t)failed, seconds, latencies[wanted / 2], latencies[wanted * 99 / 100],
         latencies[wanted ? wanted - 1 : 0]);
  return 0;
}
