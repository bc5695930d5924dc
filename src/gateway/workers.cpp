#include "gateway/workers.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

// Connections are accepted here and handed to libfcgi: its own accept cannot be ended without also breaking
// off requests that are being read, and waits 2 s for each connection that stays silent.
namespace gateway {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int wake_signal = SIGUSR2;  // only there to end a wait in accept()
constexpr milliseconds look_round{5000};
constexpr milliseconds wake_again{5};
constexpr milliseconds out_of_descriptors{100};  // some will be free soon

// A web server connects and writes at once. Its bytes may come a moment later; while there are silent
// connections, moments add up.
constexpr int moment = 10;  // ms
constexpr int short_moment = 1;

extern "C" void do_nothing(int) {}

void prepare_wake_signal() {
  struct sigaction wake {};
  wake.sa_handler = do_nothing;  // without SA_RESTART: accept() returns
  ::sigaction(wake_signal, &wake, nullptr);
}

/// Whoever made the socket may have made it non-blocking: it is waited at then, too.
int accept_when_there(sockaddr_storage& peer) {
  pollfd socket{.fd = 0, .events = POLLIN, .revents = 0};
  for (;;) {
    socklen_t size = sizeof peer;
    const int connection = ::accept4(0, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC);
    if (connection >= 0 || errno != EAGAIN || ::poll(&socket, 1, -1) < 0) return connection;
  }
}

}  // namespace

Handler Worker::around(const Handler& handler) {
  return [this, &handler](const http::Request& request) {
    handling_ = true;
    http::Response response = handler(request);
    handling_ = false;
    ++steps_;
    return response;
  };
}

void Worker::let_go() {
  const std::scoped_lock lock(mutex_);
  connection_ = -1;
}

void Worker::begin_accepting() {
  const std::scoped_lock lock(mutex_);
  accepting_ = true;
}

void Worker::end_accepting(int connection) {
  const std::scoped_lock lock(mutex_);
  accepting_ = false;
  connection_ = connection;
  ++steps_;
}

void Worker::interrupt_late(Clock::time_point now, milliseconds patience) {
  const std::scoped_lock lock(mutex_);
  if (connection_ < 0 || handling_ || steps_ != seen_steps_) {
    seen_steps_ = steps_;
    seen_at_ = now;
  } else if (now - seen_at_ >= patience) {
    ::shutdown(connection_, SHUT_RDWR);
  }
}

void Worker::wake() {
  // Under its mutex the thread cannot have gone on to read a request, which the signal would break off.
  const std::scoped_lock lock(mutex_);
  if (accepting_) ::pthread_kill(thread_.native_handle(), wake_signal);
}

Workers::Workers(int threads, Doorman& doorman, const WebServers& web_servers, Serve serve,
                 const base::Log& log)
    : doorman_(doorman),
      web_servers_(web_servers),
      serve_(std::move(serve)),
      log_(log),
      crew_(threads, [this] { start_one(); }) {
  prepare_wake_signal();
  crew_.start();
}

/// In the place of one that has gone, if there is one.
void Workers::start_one() {
  const std::scoped_lock lock(workers_mutex_);
  const auto free =
      std::find_if(workers_.begin(), workers_.end(), [](const Worker& one) { return one.gone_.load(); });
  Worker& worker = free == workers_.end() ? workers_.emplace_back() : *free;
  if (worker.thread_.joinable()) worker.thread_.join();
  worker.gone_ = false;
  try {
    worker.thread_ = std::thread([this, &worker] { work(worker); });
  } catch (const std::system_error&) {
    worker.gone_ = true;
    throw;
  }
}

void Workers::look_after(std::vector<Descriptor> speaking) {
  {
    const std::scoped_lock lock(mutex_);
    for (Descriptor& connection : speaking) waiting_.push_back(std::move(connection));
    waiting_count_ = waiting_.size();
  }
  const Clock::time_point now = Clock::now();
  const std::scoped_lock lock(workers_mutex_);
  for (Worker& worker : workers_) {
    worker.interrupt_late(now, Patience{}.silence);
    if (waiting_count_ > 0) worker.wake();
  }
}

milliseconds Workers::patience() const { return waiting_count_ > 0 ? wake_again : look_round; }

void Workers::wake_all() {
  const std::scoped_lock lock(workers_mutex_);
  for (Worker& worker : workers_) worker.wake();
}

// A web server that has connected is about to ask, and has nobody else to ask then.
void Workers::hear_out() {
  constexpr milliseconds at_least{2 * moment};  // a thread may be looking whether its connection speaks
  constexpr milliseconds at_most{1000};
  closing_ = true;
  const Clock::time_point began = Clock::now();
  const auto spent = [began] { return Clock::now() - began; };
  while (spent() < at_least || (doorman_.holds_silent() && spent() < at_most)) {
    wake_all();
    look_after(doorman_.wait(wake_again));
  }
}

void Workers::stop() {
  hear_out();
  crew_.stop();
  const milliseconds last_call = Patience{}.last_call;
  const Clock::time_point stopped_at = Clock::now();
  while (!crew_.empty()) {
    {
      const Clock::time_point now = Clock::now();
      const std::scoped_lock lock(workers_mutex_);
      for (Worker& worker : workers_) {
        worker.wake();
        // A web server that hands on what a slow visitor sends, as it comes, would keep the process for ever.
        if (now - stopped_at >= last_call) worker.interrupt_late(now, last_call);
      }
    }
    std::this_thread::sleep_for(wake_again);
  }
  for (Worker& worker : workers_)
    if (worker.thread_.joinable()) worker.thread_.join();
}

void Workers::work(Worker& worker) {
  const base::ObserveWaits waits(crew_);
  while (waiting_count_ > 0 || crew_.stays()) {
    Descriptor connection = next(worker);
    if (connection)
      serve_(std::move(connection), worker);
    else if (closing_)
      std::this_thread::sleep_for(wake_again);
  }
  worker.gone_ = true;
}

Descriptor Workers::next(Worker& worker) {
  crew_.rest();
  Descriptor connection = take_waiting();
  const bool has_spoken = bool(connection);
  if (has_spoken)
    worker.end_accepting(connection.get());
  else
    connection = accept(worker);
  crew_.work();  // to see whether it speaks is work, too: it takes a moment where it does not
  if (!connection || has_spoken || speaks(connection)) return connection;
  worker.let_go();
  doorman_.hold_silent(std::move(connection));
  return {};
}

Descriptor Workers::take_waiting() {
  if (waiting_count_ == 0) return {};
  const std::scoped_lock lock(mutex_);
  if (waiting_.empty()) return {};
  Descriptor connection = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_count_ = waiting_.size();
  return connection;
}

Descriptor Workers::accept(Worker& worker) {
  worker.begin_accepting();
  // Asked after it can be woken: what comes now ends the wait.
  const bool is_wanted_elsewhere = closing_ || waiting_count_ > 0;
  sockaddr_storage peer{};
  const int connection = is_wanted_elsewhere ? -1 : accept_when_there(peer);
  const int error = errno;
  worker.end_accepting(connection);
  if (connection < 0 && !is_wanted_elsewhere && error != EINTR && error != ECONNABORTED) {
    log_.error("fastcgi_error", {{"reason", "accept: errno " + std::to_string(error)}});
    std::this_thread::sleep_for(out_of_descriptors);
  }
  if (connection < 0 || web_servers_.admit(peer)) return Descriptor(connection);
  worker.let_go();
  ::close(connection);
  log_.warn("fastcgi_error", {{"reason", "FCGI_WEB_SERVER_ADDRS does not name " + address_of(peer)}});
  return {};
}

bool Workers::speaks(const Descriptor& connection) const {
  pollfd asked{.fd = connection.get(), .events = POLLIN, .revents = 0};
  return ::poll(&asked, 1, doorman_.holds_silent() ? short_moment : moment) != 0;
}

}  // namespace gateway
