#include <fastcgi.h>
#include <fcgiapp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>

#include "gateway/gateway.hpp"

// Connections are accepted here and handed to libfcgi: its own accept cannot be ended without also breaking
// off requests that are being read, and waits 2 s for each connection that stays silent.
namespace gateway {
namespace {

constexpr timeval silence_limit{.tv_sec = 30, .tv_usec = 0};  // of a web server that has connected
constexpr int wake_signal = SIGUSR2;                          // only there to end a wait in accept()

extern "C" void do_nothing(int) {}

/// A thread, and whether it waits for a connection.
struct Worker {
  std::mutex mutex;
  bool accepting = false;
  std::thread thread;
};

class Server {
 public:
  Server(int threads, const http::Limits& limits, const Handler& handler, const base::Log& log)
      : limits_(limits), handler_(handler), log_(log), running_(threads) {
    for (int i = 0; i < threads; ++i) {
      Worker& worker = workers_.emplace_back();
      worker.thread = std::thread([this, &worker] { work(worker); });
    }
  }

  /// Threads that wait are woken until all have seen that it is over; one that serves finishes first.
  void stop() {
    stopping_ = true;
    while (running_ > 0) {
      for (Worker& worker : workers_) wake(worker);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    for (Worker& worker : workers_) worker.thread.join();
  }

 private:
  static void wake(Worker& worker) {
    // Under its mutex the thread cannot have gone on to read a request, which the signal would break off.
    const std::scoped_lock lock(worker.mutex);
    if (worker.accepting) ::pthread_kill(worker.thread.native_handle(), wake_signal);
  }

  static void set_accepting(Worker& worker, bool accepting) {
    const std::scoped_lock lock(worker.mutex);
    worker.accepting = accepting;
  }

  int accept_connection(Worker& worker) {
    set_accepting(worker, true);
    const int connection = stopping_ ? -1 : ::accept4(0, nullptr, nullptr, SOCK_CLOEXEC);
    const int error = errno;
    set_accepting(worker, false);
    if (connection < 0 && !stopping_ && error != EINTR && error != ECONNABORTED) {
      log_.error("fastcgi_error", {{"reason", "accept: errno " + std::to_string(error)}});
      std::this_thread::sleep_for(
          std::chrono::milliseconds(100));  // out of descriptors: some will be free soon
    }
    return connection;
  }

  void work(Worker& worker) {
    FCGX_Request request;
    while (!stopping_) {
      const int connection = accept_connection(worker);
      if (connection < 0) continue;
      ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &silence_limit, sizeof silence_limit);
      ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &silence_limit, sizeof silence_limit);
      // With a listening socket of its own libfcgi would go on to wait there after a connection that fails.
      FCGX_InitRequest(&request, -1, FCGI_FAIL_ACCEPT_ON_INTR);
      request.ipcFd = connection;
      request.keepConnection =
          1;  // FCGX_Accept_r would close it first, as the end of a request before this one
      if (FCGX_Accept_r(&request) == 0) serve_one(request);
      FCGX_Free(&request, 1);
    }
    --running_;
  }

  void serve_one(FCGX_Request& request) const {
    // The web server's error log, even where nobody reads this process's standard error.
    const base::LogSink sink(
        [&request](std::string_view line) { FCGX_PutStr(line.data(), int(line.size()), request.err); });
    const std::string answer =
        request.role == FCGI_RESPONDER ? serve(input_of(request), limits_, handler_) : refuse_role();
    FCGX_PutStr(answer.data(), int(answer.size()), request.out);
    // A server that keeps the connection would keep this thread to itself: 64 clients of nginx's
    // fastcgi_keep_conn on 8 threads starve each other. A new connection over a Unix socket costs less than
    // that.
    request.keepConnection = 0;
    FCGX_Finish_r(&request);
  }

  /// An authorizer that does not guard must let nobody in.
  std::string refuse_role() const {
    log_.error("fastcgi_error", {{"reason", "asked in another role than RESPONDER"}});
    return "Status: 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
  }

  static Input input_of(FCGX_Request& request) {
    return {.variable = [&request](const char* name) -> std::optional<std::string_view> {
              const char* value = FCGX_GetParam(name, request.envp);
              return value ? std::optional<std::string_view>(value) : std::nullopt;
            },
            .all =
                [&request](const auto& each) {
                  for (char** entry = request.envp; *entry; ++entry) each(*entry);
                },
            .body =
                [&request](char* into, size_t size) {
                  const int came = FCGX_GetStr(into, int(size), request.in);
                  return came > 0 ? size_t(came) : 0;
                }};
  }

  const http::Limits& limits_;
  const Handler& handler_;
  const base::Log& log_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> running_;
  std::deque<Worker> workers_;
};

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGINT);
  return set;
}

/// Before any thread starts: all of them inherit it. The main thread waits for those that stop the process.
void prepare_signals() {
  struct sigaction wake {};
  wake.sa_handler = do_nothing;  // without SA_RESTART: accept() returns
  ::sigaction(wake_signal, &wake, nullptr);
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

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
  prepare_signals();
  Server server(threads, limits, handler, log);
  const sigset_t set = stop_signals();
  int signal = 0;
  ::sigwait(&set, &signal);
  server.stop();
  return 0;
}

}  // namespace gateway
