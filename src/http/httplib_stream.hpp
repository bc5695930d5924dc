#pragma once
// Private to http/: how httplib reads and writes a provider's connection.
#include <httplib.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "http/lookup.hpp"

namespace http {

/// Bytes of a line of an answer's head: the library sets no bound, and matches the first line with
/// std::regex, which takes a few hundred bytes of stack for each: a line of 60,000 ended the process.
constexpr size_t status_line_limit = 1024;
constexpr size_t header_line_limit = 8192;  // the library's own, but for what it keeps of a longer one

/// Refuses longer lines, and more bytes than may come, as a failing read. Time limits are those of the
/// socket.
class BoundedStream : public httplib::Stream {
 public:
  /// `tls` is null for plain http. `left`: the bytes that may still come, counted down; lent.
  BoundedStream(socket_t descriptor, SSL* tls, size_t& left)
      : descriptor_(descriptor), tls_(tls), left_(left) {}

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* into, size_t size) override;
  ssize_t write(const char* bytes, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return descriptor_; }
  /// Bytes have been received that nobody has read.
  bool has_more() const { return taken_ < have_ || (tls_ && SSL_pending(tls_) > 0); }

 private:
  ssize_t receive(char* into, size_t size);
  ssize_t receive_some(char* into, size_t size);
  /// The next line with its end, still to be read; "" if none comes that fits the buffer.
  std::string_view peek_line();
  /// RFC 9110 §15.2: any number of them may come before the answer, asked for or not. The library knows 100
  /// alone, without headers.
  void skip_interim_answers();
  bool is_too_long(char next);

  socket_t descriptor_;
  SSL* tls_;
  size_t& left_;
  size_t length_ = 0;      // of the line so far
  bool is_status_ = true;  // it begins as a status line does
  bool is_beginning_ = true;
  size_t taken_ = 0, have_ = 0;
  std::array<char, 4096> buffer_;
};

/// httplib's client for http or https, with that stream; it connects to the first of the host's addresses
/// that takes it. What is lent outlives it; the deadline, and how many bytes may come, are others for each
/// request.
template <class Client>
class BoundedClient : public Client {
 public:
  BoundedClient(const std::string& host, int port, const Lookups& lookups, const Lookups::Deadline& deadline,
                size_t& left)
      : Client(host, port), lookups_(lookups), deadline_(deadline), left_(left) {}

 private:
  bool create_and_connect_socket(typename Client::Socket& socket, httplib::Error& error) override {
    error = httplib::Error::Connection;
    for (const std::string& address : lookups_.addresses(this->host_, deadline_)) {
      if (std::chrono::steady_clock::now() >= deadline_) return false;
      this->set_hostname_addr_map({{this->host_, address}});
      // SSLClient's own, which is private, does no more.
      // NOLINTNEXTLINE(bugprone-parent-virtual-call)
      if (httplib::ClientImpl::create_and_connect_socket(socket, error)) return true;
    }
    return false;
  }
  bool process_socket(const typename Client::Socket& socket,
                      std::function<bool(httplib::Stream&)> callback) override {
    BoundedStream stream(socket.sock, socket.ssl, left_);
    const bool is_done = callback(stream);
    // What came along with the answer is no part of the next one: the connection has become useless. It may
    // be closed already, and its TLS gone.
    if (socket.is_open() && stream.has_more()) ::shutdown(socket.sock, SHUT_RDWR);
    return is_done;
  }

  const Lookups& lookups_;
  const Lookups::Deadline& deadline_;
  size_t& left_;
};

}  // namespace http
