#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "support.hpp"

using namespace credentials_test;
using credentials::Url;

namespace {

/// Answers one request over a real socket, and keeps what was asked.
class Server {
 public:
  explicit Server(std::string answer)
      : answer_(std::move(answer)), listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listening_, 1) == 0);
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(listening_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(listening_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const std::string& url() const { return url_; }
  /// Head and body, when the answer is there.
  std::string asked() {
    thread_.join();
    return asked_;
  }

 private:
  void serve() {
    const int connection = ::accept(listening_, nullptr, nullptr);
    if (connection < 0) return;
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while (!is_whole() && (count = ::read(connection, buffer.data(), buffer.size())) > 0)
      asked_.append(buffer.data(), size_t(count));
    for (size_t sent = 0; sent < answer_.size();) {
      const ssize_t part = ::send(connection, answer_.data() + sent, answer_.size() - sent, MSG_NOSIGNAL);
      if (part <= 0) break;
      sent += size_t(part);
    }
    ::close(connection);
  }

  bool is_whole() const {
    const size_t end = asked_.find("\r\n\r\n"), length = asked_.find("Content-Length: ");
    return end != std::string::npos && length != std::string::npos &&
           asked_.size() >= end + 4 + size_t(std::stoi(asked_.substr(length + 16)));
  }

  std::string answer_, url_, asked_;
  int listening_;
  std::thread thread_;
};

std::string answer(const std::string& status, const std::string& body, const std::string& more = "") {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + more + "\r\n" + body;
}

}  // namespace

TEST_CASE("url: the fields are posted as JSON, 200 with a user object accepts") {
  const World world;
  Server server(answer("200 OK", R"({ "id": "7", "name": "Jane" })"));
  CHECK(world.ask(Url{server.url() + "/check?key=k"}, login("ja\"ne", "secret")) ==
        R"({"id":"7","name":"Jane"})");
  const std::string asked = server.asked();
  CHECK(asked.starts_with("POST /check?key=k HTTP/1.1\r\n"));
  CHECK(asked.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(
      asked.ends_with("\r\n\r\n"
                      R"({"username":"ja\"ne","password":"secret"})"));
}

TEST_CASE("url: 401 and 403 refuse, as null and false do") {
  const World world;
  for (const std::string& text : {answer("401 Unauthorized", "{}"), answer("403 Forbidden", R"({"id":1})"),
                                  answer("200 OK", "null"), answer("200 OK", "false")}) {
    const Server server(text);
    CHECK(world.ask(Url{server.url()}, login("jane", "secret")).empty());
  }
}

TEST_CASE("url: anything else is no wrong password") {
  const World world;
  for (const auto& [text, why] :
       {std::pair{answer("500 Internal Server Error", "{}"), ": the status is 500"},
        std::pair{answer("201 Created", R"({"id":1})"), ": the status is 201"},
        std::pair{answer("204 No Content", ""), ": the status is 204"},
        std::pair{answer("302 Found", "", "Location: /other\r\n"), ": the status is 302"},
        std::pair{answer("404 Not Found", "null"), ": the status is 404"},
        std::pair{answer("200 OK", ""), ": the answer is no JSON"},
        std::pair{answer("200 OK", "<html>"), ": the answer is no JSON"},
        std::pair{answer("200 OK", "\"jane\""), ": the answer is no user object"},
        std::pair{answer("200 OK", "true"), ": the answer is no user object"}}) {
    const Server server(text);
    // Path and query may hold a key: they are not logged.
    CHECK(world.trouble(Url{server.url() + "/s3cret/check?key=k"}, login("jane", "secret")) ==
          server.url() + why);
  }
}

TEST_CASE("url: nobody there is no wrong password") {
  const World world;
  std::string url;
  {
    const Server server("");
    url = server.url();
  }
  CHECK(world.trouble(Url{url + "/s3cret?key=k"}, login("jane", "secret")) ==
        url + ": no connection can be made");
  CHECK(world.trouble(Url{"http://example.com/s3cret"}, login("jane", "secret")) ==
        "http://example.com: plain http is for loopback addresses only");
}

TEST_CASE("url: a user object as large as the limit is taken, a larger one is not") {
  const World world;
  const auto user = [](size_t bytes) { return R"({"id":")" + std::string(bytes - 9, 'x') + "\"}"; };
  const Server fits(answer("200 OK", user(credentials::user_limit)));
  CHECK(world.ask(Url{fits.url()}, login("jane", "secret")).size() == credentials::user_limit);
  const Server large(answer("200 OK", user(credentials::user_limit + 1)));
  CHECK(world.trouble(Url{large.url()}, login("jane", "secret")).find("larger than 65536 bytes") !=
        std::string::npos);
}
