// libfcgi as its examples use it, with LIMIT_THREADS threads (8), each of which accepts.
#include <fcgiapp.h>
#include <pthread.h>
#include <stdlib.h>

#include "limit.h"

static void* serve(void* unused) {
  (void)unused;
  struct worker* worker = worker_new();
  FCGX_Request request;
  FCGX_InitRequest(&request, 0, 0);
  char out[answer_size];
  while (FCGX_Accept_r(&request) == 0) {
    const size_t length = answer(worker, FCGX_GetParam("HTTP_COOKIE", request.envp), out);
    FCGX_PutStr(out, (int)length, request.out);
    FCGX_Finish_r(&request);
  }
  return NULL;
}

int main(void) {
  const char* wanted = getenv("LIMIT_THREADS");
  const int threads = wanted ? atoi(wanted) : 8;
  if (FCGX_Init() != 0) fail("FCGX_Init");
  for (int i = 1; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, NULL) != 0) fail("pthread_create");
  }
  serve(NULL);
}
