#pragma once
// A server on this machine that answers as a test tells it, byte for byte.
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace support {

class LoopbackServer {
 public:
  /// What is sent for the request; then, for as long as `drip` is not 0, a byte each such time.
  struct Sending {
    std::string bytes;
    std::chrono::milliseconds drip{0};
    bool close = false;  // the connection afterwards
  };
  using Answering = std::function<Sending(const std::string& request)>;

  explicit LoopbackServer(Answering);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::string url(const std::string& path = "/") const;
  std::vector<std::string> requests() const;
  int connections() const { return connections_; }

 private:
  void listen();
  void serve(int connection);

  Answering answer_;
  int listening_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::thread> serving_;  // the listener's, until that has ended
  std::thread listener_;
};

/// A whole answer with this body.
std::string http_answer(const std::string& body, const std::string& headers = "",
                        const std::string& status = "200 OK");

}  // namespace support
