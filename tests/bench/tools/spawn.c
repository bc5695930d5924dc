// CGI from fork to exit: spawn TIMES [VARIABLES PROGRAM EXPECTED] ...
// Starts each program in turn, TIMES times, with the NAME=VALUE lines of its VARIABLES as its environment and
// a pipe as its standard output, and waits for it. An answer must contain EXPECTED. Prints JSON, an array of
// one object a program: medians of wall time and CPU in microseconds, and of page faults.
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most_variables = 100, most_programs = 16, answer_size = 65536 };

struct program {
  char* arguments[2];
  char* variables[most_variables + 1];
  const char* expected;
  uint32_t* wall;
  uint32_t* cpu;
  uint32_t* faults;
};

static _Noreturn void fail(const char* what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static void read_variables(struct program* program, const char* file) {
  char* line = NULL;
  size_t size = 0;
  FILE* lines = fopen(file, "r");
  if (!lines) fail(file);
  for (int i = 0; i < most_variables && getline(&line, &size, lines) > 0; i++) {
    line[strcspn(line, "\n")] = '\0';
    program->variables[i] = strdup(line);
  }
  free(line);
  fclose(lines);
}

static uint32_t microseconds(const struct timeval* time) {
  return (uint32_t)(time->tv_sec * 1000000 + time->tv_usec);
}

/// What is left in a closed pipe: an answer fits into one, so that nobody waits for a reader.
static void check_answer(int pipe, const struct program* program) {
  static char answer[answer_size];
  const ssize_t came = read(pipe, answer, sizeof answer);
  if (came > 0 && memmem(answer, (size_t)came, program->expected, strlen(program->expected))) return;
  fprintf(stderr, "%s answered: %.*s\n", program->arguments[0], (int)(came > 0 ? came : 0), answer);
  exit(1);
}

static void run_once(const struct program* program, size_t number) {
  int ends[2];
  pid_t child;
  int status;
  struct rusage used;
  posix_spawn_file_actions_t actions;
  if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const uint64_t before = now();
  if (posix_spawn(&child, program->arguments[0], &actions, NULL, program->arguments, program->variables) != 0)
    fail(program->arguments[0]);
  if (wait4(child, &status, 0, &used) != child) fail("wait4");
  program->wall[number] = (uint32_t)((now() - before) / 1000);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  check_answer(ends[0], program);
  close(ends[0]);
  program->cpu[number] = microseconds(&used.ru_utime) + microseconds(&used.ru_stime);
  program->faults[number] = (uint32_t)used.ru_minflt;
}

static int by_size(const void* a, const void* b) {
  const uint32_t left = *(const uint32_t*)a;
  const uint32_t right = *(const uint32_t*)b;
  return (left > right) - (left < right);
}

/// What this many percent of the values are below.
static uint32_t percentile(uint32_t* values, size_t count, size_t percent) {
  qsort(values, count, sizeof *values, by_size);
  return values[count * percent / 100];
}

int main(int count, char** arguments) {
  static struct program programs[most_programs];
  const size_t times = count > 1 ? strtoul(arguments[1], NULL, 10) : 0;
  const int programs_count = (count - 2) / 3;
  if (times < 1 || programs_count < 1 || programs_count > most_programs || (count - 2) % 3 != 0) {
    fprintf(stderr, "usage: spawn TIMES [VARIABLES PROGRAM EXPECTED] ...\n");
    return 2;
  }
  for (int i = 0; i < programs_count; i++) {
    struct program* program = &programs[i];
    read_variables(program, arguments[2 + 3 * i]);
    program->arguments[0] = arguments[3 + 3 * i];
    program->expected = arguments[4 + 3 * i];
    program->wall = calloc(times, sizeof *program->wall);
    program->cpu = calloc(times, sizeof *program->cpu);
    program->faults = calloc(times, sizeof *program->faults);
    if (!program->wall || !program->cpu || !program->faults) fail("memory");
  }
  for (size_t number = 0; number < times; number++)
    for (int i = 0; i < programs_count; i++) run_once(&programs[i], number);
  for (int i = 0; i < programs_count; i++)
    printf("%s{\"wall\":%u,\"cpu\":%u,\"faults\":%u}", i ? "," : "[", percentile(programs[i].wall, times, 10),
           percentile(programs[i].cpu, times, 50), percentile(programs[i].faults, times, 50));
  puts("]");
  return 0;
}
