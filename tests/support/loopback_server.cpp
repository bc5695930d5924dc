#include "loopback_server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace support {
namespace {

/// Waits for something to read, but not when the server is to stop.
bool readable(int descriptor, const std::atomic<bool>& stopping) {
  pollfd poll{descriptor, POLLIN, 0};
  while (!stopping)
    if (::poll(&poll, 1, 20) > 0) return true;
  return false;
}

/// Head and body of one request; "" at the connection's end.
std::string read_request(int connection, const std::atomic<bool>& stopping) {
  std::string text;
  size_t wanted = std::string::npos;
  while (text.size() < wanted) {
    char buffer[4096];
    if (!readable(connection, stopping)) return "";
    const ssize_t came = ::recv(connection, buffer, sizeof buffer, 0);
    if (came <= 0) return "";
    text.append(buffer, size_t(came));
    const size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    const size_t length = text.find("Content-Length: ");
    wanted = end + 4 + (length < end ? std::stoul(text.substr(length + 16)) : 0);
  }
  return text;
}

bool send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(size_t(sent));
  }
  return true;
}

}  // namespace

LoopbackServer::LoopbackServer(Answering answer) : answer_(std::move(answer)) {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listening_, any, size) != 0 || ::listen(listening_, 16) != 0 ||
      ::getsockname(listening_, any, &size) != 0)
    throw std::runtime_error("no port on loopback");
  port_ = ntohs(address.sin_port);
  listener_ = std::thread([this] { listen(); });
}

LoopbackServer::~LoopbackServer() {
  stopping_ = true;
  listener_.join();
  for (std::thread& one : serving_) one.join();
  ::close(listening_);
}

std::string LoopbackServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<std::string> LoopbackServer::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

void LoopbackServer::listen() {
  while (readable(listening_, stopping_)) {
    const int connection = ::accept(listening_, nullptr, nullptr);
    if (connection < 0) continue;
    ++connections_;
    serving_.emplace_back([this, connection] { serve(connection); });
  }
}

void LoopbackServer::serve(int connection) {
  for (;;) {
    const std::string request = read_request(connection, stopping_);
    if (request.empty()) break;
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(request);
    }
    const Sending sending = answer_(request);
    if (!send_all(connection, sending.bytes)) break;
    while (sending.drip.count() > 0 && !stopping_ && send_all(connection, "x"))
      std::this_thread::sleep_for(sending.drip);
    if (sending.close) break;
  }
  ::close(connection);
}

std::string http_answer(const std::string& body, const std::string& headers, const std::string& status) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
         "\r\n" + body;
}

}  // namespace support
