// Nanoseconds of CPU that a process has had, threads that have ended included: cputime PID
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int count, char** arguments) {
  clockid_t clock;
  struct timespec time;
  if (count != 2 || clock_getcpuclockid(atoi(arguments[1]), &clock) != 0 ||
      clock_gettime(clock, &time) != 0) {
    fprintf(stderr, "usage: cputime PID, of a process that runs\n");
    return 1;
  }
  printf("%lld\n", (long long)time.tv_sec * 1000000000 + time.tv_nsec);
  return 0;
}
