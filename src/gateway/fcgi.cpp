#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "gateway/gateway.hpp"
#include "gateway/workers.hpp"

namespace gateway {
namespace {

/// By nohup.
bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGINT);
  // Sent when a terminal is closed, and by some process managers.
  if (!is_ignored(SIGHUP)) sigaddset(&set, SIGHUP);
  return set;
}

/// Reads as the signals that stop the process. Before any thread starts: all of them inherit it.
Descriptor take_stop_signals() {
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

bool was_signalled(const Descriptor& signals) {
  signalfd_siginfo signal;
  return ::read(signals.get(), &signal, sizeof signal) == sizeof signal;
}

/// libfcgi's buffers make glibc merge all that fast bins hold, at each request; without them it has nothing
/// to merge, and the caches of each thread serve what is small.
void spare_merging() { ::mallopt(M_MXFAST, 0); }

/// Once something large has been freed, glibc keeps up to twice as much at the end of each heap from then on;
/// a process would become larger with the largest answer that it ever read.
void keep_little() {
  constexpr int kept = 256 << 10;  // bytes
  ::mallopt(M_TRIM_THRESHOLD, kept);
  ::mallopt(M_MMAP_THRESHOLD, kept);
}

/// glibc reserves 64 MiB of heap and 8 MiB of stack for each thread, and hosts that cap the address space
/// (ulimit -v) have none to spare: sixteen sign-ins at once are forty threads.
void spare_addresses() {
  constexpr size_t thread_stack = size_t{2} << 20;
  ::mallopt(M_ARENA_MAX, 2);
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, thread_stack);
  ::pthread_setattr_default_np(&attributes);
  ::pthread_attr_destroy(&attributes);
}

/// Of a role that is not known nobody can say what an answer would do.
std::string refuse_role(const base::Log& log) {
  log.error("fastcgi_error", {{"reason", "asked in another role than RESPONDER or AUTHORIZER"}});
  return "Status: 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
}

Input input_of(FCGX_Request& request) {
  return {.variables = request.envp,
          .body =
              [&request](char* into, size_t size) {
                const int came = FCGX_GetStr(into, int(size), request.in);
                return came > 0 ? size_t(came) : 0;
              },
          .is_for_guard = request.role == FCGI_AUTHORIZER};
}

/// One connection, for one request, by libfcgi. It closes none of them itself: that would wait up to 2 s for
/// a web server that does not close its end.
class Exchange {
 public:
  explicit Exchange(int connection) {
    // With a listening socket of its own libfcgi would go on to wait there after a connection that fails.
    FCGX_InitRequest(&request_, -1, FCGI_FAIL_ACCEPT_ON_INTR);
    request_.ipcFd = connection;
    request_.keepConnection =
        1;  // FCGX_Accept_r would close it first, as the end of a request before this one
  }
  ~Exchange() { FCGX_Free(&request_, 0); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// False if no request came; libfcgi has closed the connection then.
  bool read() { return FCGX_Accept_r(&request_) == 0; }

  void answer(const http::Limits& limits, const Handler& handler, const base::Log& log) {
    // The web server's error log, even where nobody reads this process's standard error.
    const base::LogSink sink(
        [this](std::string_view line) { FCGX_PutStr(line.data(), int(line.size()), request_.err); });
    const bool is_known = request_.role == FCGI_RESPONDER || request_.role == FCGI_AUTHORIZER;
    const std::string answer = is_known ? serve(input_of(request_), limits, handler, log) : refuse_role(log);
    FCGX_PutStr(answer.data(), int(answer.size()), request_.out);
    FCGX_FClose(request_.err);
    FCGX_FClose(request_.out);
  }

  /// Whether nothing of the request is left unread, as far as can be told without waiting.
  bool is_read_to_its_end() {
    ::fcntl(request_.ipcFd, F_SETFL, O_NONBLOCK);
    std::array<char, 256> rest;
    while (FCGX_GetStr(rest.data(), int(rest.size()), request_.in) == int(rest.size())) {
    }
    return FCGX_GetError(request_.in) == 0;
  }

 private:
  FCGX_Request request_;
};

}  // namespace

bool is_fastcgi() {
  int listening = 0;
  socklen_t size = sizeof listening;
  return ::getsockopt(0, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening == 1;
}

int run_fastcgi(int threads, const http::Limits& limits, const Handler& handler, const base::Log& log) {
  if (FCGX_Init() != 0) {
    log.error("fastcgi_error", {{"reason", "libfcgi cannot be initialised"}});
    return 1;
  }
  spare_addresses();
  spare_merging();
  keep_little();
  const Descriptor signals = take_stop_signals();
  Doorman doorman;
  doorman.watch(signals.get());
  // A server that keeps the connection would keep this thread to itself: 64 clients of nginx's
  // fastcgi_keep_conn on 8 threads starve each other. A new connection over a Unix socket costs less than
  // that.
  const auto serve_connection = [&](Descriptor connection, Worker& worker) {
    Exchange exchange(connection.get());
    const bool has_come = exchange.read();
    if (has_come) exchange.answer(limits, worker.around(handler), log);
    worker.let_go();
    if (!has_come)
      connection.release();
    else if (!exchange.is_read_to_its_end())
      doorman.see_out(std::move(connection));
  };
  const WebServers web_servers(std::getenv("FCGI_WEB_SERVER_ADDRS"));
  Workers workers(threads, doorman, web_servers, serve_connection, log);
  while (!was_signalled(signals)) workers.look_after(doorman.wait(workers.patience()));
  workers.stop();
  return 0;
}

}  // namespace gateway
