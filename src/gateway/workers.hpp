#pragma once
// Private to gateway/: the threads that serve connections, and who sees to it that none waits for ever.
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "gateway/crew.hpp"
#include "gateway/doorman.hpp"
#include "gateway/gateway.hpp"
#include "gateway/web_servers.hpp"

namespace gateway {

/// What one thread does, for another to see.
class Worker {
 public:
  /// The handler, during which the web server is not waited for.
  Handler around(const Handler&);
  /// From here on its connection is nobody else's business: it may be closed.
  void let_go();

 private:
  friend class Workers;
  void begin_accepting();
  void end_accepting(int connection);
  /// Breaks off what has made no step for so long.
  void interrupt_late(std::chrono::steady_clock::time_point now, std::chrono::milliseconds patience);
  void wake();

  std::mutex mutex_;
  bool accepting_ = false;
  int connection_ = -1;  // while its web server is waited for, or its request is handled
  std::atomic<bool> handling_{false};
  std::atomic<unsigned> steps_{0};
  unsigned seen_steps_ = 0;
  std::chrono::steady_clock::time_point seen_at_;
  std::atomic<bool> gone_{false};  // its thread has ended, or is about to
  std::thread thread_;
};

class Workers {
 public:
  /// Serves one connection, which it closes.
  using Serve = std::function<void(Descriptor, Worker&)>;

  /// Connections are accepted at descriptor 0; those that are silent go to the doorman. All is lent.
  Workers(int threads, Doorman&, const WebServers&, Serve, const base::Log&);

  /// For one thread, again and again: hands on connections that speak now, and breaks off those that stopped
  /// in the middle. After patience() at the latest.
  void look_after(std::vector<Descriptor> speaking);
  std::chrono::milliseconds patience() const;
  /// What is being served is finished, nothing more accepted. Connections that have said nothing yet have a
  /// moment to.
  void stop();

 private:
  void wake_all();
  void hear_out();
  void start_one();
  void work(Worker&);
  Descriptor next(Worker&);
  Descriptor take_waiting();
  Descriptor accept(Worker&);
  bool speaks(const Descriptor&) const;

  Doorman& doorman_;
  const WebServers& web_servers_;
  const Serve serve_;
  const base::Log& log_;
  std::mutex mutex_;
  std::deque<Descriptor> waiting_;  // have spoken, and wait for a thread
  std::atomic<size_t> waiting_count_{0};
  std::atomic<bool> closing_{false};  // nothing more is accepted
  std::mutex workers_mutex_;
  std::deque<Worker> workers_;
  Crew crew_;  // last: its threads work with all of the above
};

}  // namespace gateway
