// From the start of a process to its first answer: first SOCKET VARIABLES EXPECTED TIMES PROGRAM
// Makes the socket, as a web server does, starts PROGRAM with it as descriptor 0, and asks at once.
// Prints JSON: microseconds.
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fastcgi.h"

extern char** environ;

static int listen_at(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) fail("the socket's path is too long");
  strcpy(address.sun_path, path);
  unlink(path);
  const int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listening < 0 || bind(listening, (const struct sockaddr*)&address, sizeof address) != 0 ||
      listen(listening, 128) != 0)
    fail(path);
  return listening;
}

static uint64_t start_and_ask(char* program, int listening) {
  pid_t child;
  char* const arguments[] = {program, NULL};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, listening, STDIN_FILENO);
  const uint64_t before = now();
  if (posix_spawn(&child, program, &actions, NULL, arguments, environ) != 0) fail(program);
  const int answered = fastcgi_ask(0);
  const uint64_t took = now() - before;
  posix_spawn_file_actions_destroy(&actions);
  // Not SIGTERM: libfcgi overlooks one that comes between two of its steps, and nobody would end the limit program.
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  if (!answered) {
    fprintf(stderr, "first: no answer, or not the expected one\n");
    exit(1);
  }
  return took;
}

int main(int count, char** arguments) {
  if (count != 6) {
    fprintf(stderr, "usage: first SOCKET VARIABLES EXPECTED TIMES PROGRAM\n");
    return 2;
  }
  fastcgi_prepare(arguments[1], arguments[2], arguments[3]);
  const int times = atoi(arguments[4]);
  for (int i = 0; i < times; i++) {
    const int listening = listen_at(arguments[1]);
    printf("%s%.1f", i ? "," : "[", (double)start_and_ask(arguments[5], listening) / 1000);
    close(listening);
  }
  puts("]");
  return 0;
}
