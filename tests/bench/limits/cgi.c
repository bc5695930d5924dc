// One request, one answer.
#include <stdlib.h>
#include <unistd.h>

#include "limit.h"

int main(void) {
  static char out[answer_size];
  const size_t length = answer(worker_new(), getenv("HTTP_COOKIE"), out);
  return write(STDOUT_FILENO, out, length) == (ssize_t)length ? 0 : 1;
}
