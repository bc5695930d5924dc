// The one way out, against a server that does what it likes.
#include "http/client.hpp"

#include <doctest/doctest.h>

#include <future>

#include "../support/loopback_server.hpp"
#include "base/text.hpp"

using namespace support;
using namespace std::chrono_literals;
using Sending = LoopbackServer::Sending;

namespace {

http::ClientOptions quick() {
  return {.connect_timeout = 500ms, .total_timeout = 500ms, .answer_limit = 1000};
}

LoopbackServer answering(const std::string& bytes) {
  return LoopbackServer([=](const std::string&) { return Sending{bytes}; });
}

/// Why there is no answer; "answered" if there is one.
std::string failure(const http::Outgoing& request) {
  const auto client = http::make_client(quick());
  try {
    client->send(request);
    return "answered";
  } catch (const http::Unreachable& error) {
    return error.what();
  }
}

std::string failure_at(const LoopbackServer& server) {
  return base::replace_all(failure({.url = server.url("/a?secret")}), server.url("/a"), "URL");
}

}  // namespace

TEST_CASE("a request goes out as it was made, and its answer comes back") {
  const LoopbackServer server = answering(http_answer("text", "X-A: b\r\n", "201 Created"));
  const auto client = http::make_client(quick());
  const http::Answer answer = client->send(
      {.method = "POST", .url = server.url("/a%2Fb+,'?c=d%20e"), .headers = {{"X-C", "d"}}, .body = "a=1"});
  CHECK(answer.status == 201);
  CHECK(answer.body == "text");
  CHECK(answer.header("x-a") == "b");
  CHECK(answer.header("x-b") == "");
  const std::string request = server.requests().at(0);
  CHECK(request.starts_with("POST /a%2Fb+,'?c=d%20e HTTP/1.1\r\n"));
  CHECK(request.find("X-C: d\r\n") != std::string::npos);
  CHECK(request.find("User-Agent: nextauth.fcgi\r\n") != std::string::npos);
  CHECK(request.ends_with("\r\n\r\na=1"));
}

TEST_CASE("the connection is kept for the next request") {
  const LoopbackServer server = answering(http_answer("text"));
  const auto client = http::make_client(quick());
  for (int i = 0; i < 3; ++i) client->send({.url = server.url()});
  CHECK(server.connections() == 1);
}

TEST_CASE("a connection is kept no longer than until a second before the server lets it go") {
  const auto connections = [](const std::string& header, std::chrono::milliseconds pause) {
    const LoopbackServer server = answering(http_answer("text", header));
    const auto client = http::make_client(quick());
    client->send({.url = server.url()});
    std::this_thread::sleep_for(pause);
    client->send({.url = server.url()});
    return server.connections();
  };
  CHECK(connections("Keep-Alive: timeout=5, max=100\r\n", 0ms) == 1);
  CHECK(connections("Keep-Alive: max=100, Timeout=2\r\n", 0ms) == 1);
  CHECK(connections("Keep-Alive: max=100, Timeout=2\r\n", 1010ms) == 2);
  CHECK(connections("Keep-Alive: timeout=1\r\n", 0ms) == 2);
  CHECK(connections("Keep-Alive: timeout=0\r\n", 0ms) == 2);
  CHECK(connections("Keep-Alive: timeout=-9223372036854775808\r\n", 0ms) == 2);
  for (const char* nothing :
       {"timeout=", "timeout=x", "timeout=99999999999", "timeout=9223372036854775807", "max=5"})
    CHECK(connections("Keep-Alive: " + std::string(nothing) + "\r\n", 0ms) == 1);
}

TEST_CASE("a connection that the server has closed is made anew") {
  const LoopbackServer server([](const std::string&) { return Sending{http_answer("text"), 0ms, true}; });
  const auto client = http::make_client(quick());
  for (int i = 0; i < 3; ++i) {
    CHECK(client->send({.url = server.url()}).body == "text");
    std::this_thread::sleep_for(20ms);  // for the server's end to arrive
  }
  CHECK(server.connections() == 3);
}

TEST_CASE("an answer may be as large as the limit, no larger") {
  CHECK(failure_at(answering(http_answer(std::string(1000, 'x')))) == "answered");
  CHECK(failure_at(answering(http_answer(std::string(1001, 'x')))) == "URL: the answer is too large");
  CHECK(failure_at(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                             std::string(1001, 'x') + "\r\n0\r\n\r\n")) == "URL: the answer is too large");
}

TEST_CASE("a status line may be as long as its limit, no longer") {
  const std::string begin = "HTTP/1.1 200 ";
  const auto answer = [&](size_t length) {
    return begin + std::string(length - begin.size() - 1, 'x') + "\r\nContent-Length: 0\r\n\r\n";
  };
  CHECK(failure_at(answering(answer(1024))) == "answered");
  // The second one would take all of a thread's stack: it is matched with a regular expression.
  for (const size_t length : {size_t{1025}, size_t{100'000}})
    CHECK(failure_at(answering(answer(length))) == "URL: the answer cannot be read");
  CHECK(failure_at(answering("HTTP/1.1 100 Continue\r\n\r\n" + answer(100'000))) ==
        "URL: the answer cannot be read");
}

TEST_CASE("a header may be as long as its limit, no longer") {
  const auto answer = [](size_t length) {
    return http_answer("", "X-A: " + std::string(length - 7, 'x') + "\r\n");
  };
  CHECK(failure_at(answering(answer(8192))) == "answered");
  CHECK(failure_at(answering(answer(8193))) == "URL: the answer cannot be read");
}

TEST_CASE("the limit is of what comes out of a compressed answer") {
  // gzip of 100,000 zero bytes
  const std::string bomb =
      base::from_base64url(
          "H4sIAAAAAAACA-3BMQEAAADCoPVPbQ0PoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIBXA32VEdSghgEA")
          .value();
  CHECK(failure_at(answering(http_answer(bomb, "Content-Encoding: gzip\r\n"))) ==
        "URL: the answer is too large");
}

TEST_CASE("a provider that drips bytes is cut off at the total time") {
  const LoopbackServer body([](const std::string&) {
    return Sending{"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", 20ms};
  });
  const auto start = std::chrono::steady_clock::now();
  CHECK(failure_at(body) == "URL: timed out");
  CHECK(std::chrono::steady_clock::now() - start < 2s);
  const LoopbackServer head([](const std::string&) { return Sending{"HTTP/1.1 200 OK\r\nX: ", 20ms}; });
  CHECK(failure_at(head) == "URL: timed out");
}

TEST_CASE("a provider that says nothing is cut off at the total time") {
  CHECK(failure_at(LoopbackServer([](const std::string&) { return Sending{""}; })) == "URL: timed out");
}

TEST_CASE("headers without end are cut off") {
  std::string flood = "HTTP/1.1 200 OK\r\n";
  while (flood.size() < 1000000)
    flood += "X-Flood: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n";
  CHECK(failure_at(answering(flood)) == "URL: the answer is too large");
}

TEST_CASE("an answer's headers and body together may be 256 KiB larger than a body may be, no larger") {
  const auto answer_of = [](size_t size) {
    const std::string line = "X-A: " + std::string(8000, 'x') + "\r\n";
    std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    while (head.size() + 2 * line.size() < size) head += line;
    const size_t last = size - head.size() - std::string("X-B: \r\n\r\n").size();
    return head + "X-B: " + std::string(last / 2, 'y') + "\r\nX-C: " + std::string(last - last / 2 - 7, 'z') +
           "\r\n\r\n";
  };
  const size_t limit = 1000 + (size_t{256} << 10);
  REQUIRE(answer_of(limit).size() == limit);
  CHECK(failure_at(answering(answer_of(limit))) == "answered");
  CHECK(failure_at(answering(answer_of(limit + 1))) == "URL: the answer is too large");
}

TEST_CASE("the time is kept to the moment, and not when connections are looked at the next time") {
  // So that no single read takes too long: the library would notice that by itself.
  const LoopbackServer dripping([](const std::string&) { return Sending{"HTTP/1.1 200 OK\r\nX: ", 20ms}; });
  const auto client =
      http::make_client({.connect_timeout = 50ms, .total_timeout = 50ms, .answer_limit = 1000});
  auto shortest = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 4; ++i) {
    const auto began = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(client->send({.url = dripping.url()}), http::Unreachable);
    shortest = std::min(shortest, std::chrono::steady_clock::now() - began);
  }
  CHECK(shortest >= 50ms);
  CHECK(shortest < 200ms);
}

TEST_CASE("an answer that breaks off, or is none, is no answer") {
  CHECK(failure_at(LoopbackServer([](const std::string&) {
          return Sending{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 0ms, true};
        })) != "answered");
  CHECK(failure_at(LoopbackServer([](const std::string&) {
          return Sending{"nonsense\r\n\r\n", 0ms, true};
        })) != "answered");
}

TEST_CASE("what cannot be asked is refused without a connection, and without the query in the reason") {
  CHECK(failure({.url = "http://example.com/a?secret"}) ==
        "http://example.com/a: plain http is for loopback addresses only");
  CHECK(failure({.url = "https://user:secret@example.com/"}) == "not an http(s) URL");
  CHECK(failure({.url = "file:///etc/passwd"}) == "not an http(s) URL");
  CHECK(failure({.url = "http://127.0.0.1:1/a?secret"}).starts_with("http://127.0.0.1:1/a: "));
}

TEST_CASE("a header with a control character is not sent, and nothing else of the request either") {
  const LoopbackServer server = answering(http_answer("text"));
  for (const auto& [name, value] :
       {std::pair{"X-A", "b\r\nX-C: d"}, std::pair{"X-A", "b\nX-C: d"}, std::pair{"X-A\r\nX-C", "d"}})
    CHECK(failure({.url = server.url(), .headers = {{name, value}}}) ==
          server.url() + ": a header of the request has a control character");
  CHECK(server.requests().empty());
}

TEST_CASE("redirects are followed where that is asked for, on the same origin alone") {
  const LoopbackServer elsewhere = answering(http_answer("stolen"));
  std::string target;
  const LoopbackServer server([&](const std::string& request) {
    if (request.starts_with("GET /end ")) return Sending{http_answer("end")};
    return Sending{http_answer("here", "Location: " + target + "\r\n", "302 Found")};
  });
  const auto ask = [&](const std::string& to, bool follow) {
    target = to;
    return http::make_client(quick())->send({.url = server.url("/start"), .follow = follow}).body;
  };
  CHECK(ask("/end", true) == "end");
  CHECK(ask(server.url("/end"), true) == "end");
  CHECK(ask("/end", false) == "here");
  for (const std::string& to :
       {elsewhere.url(), std::string("//127.0.0.1/"), std::string("end"), std::string("file:///a"),
        base::replace_all(server.url("/end"), "127.0.0.1", "localhost")})
    CHECK(ask(to, true) == "here");
  CHECK(elsewhere.requests().empty());
}

TEST_CASE("no more than three redirects are followed") {
  const LoopbackServer server([](const std::string&) {
    return Sending{http_answer("again", "Location: /\r\n", "307 Temporary Redirect")};
  });
  CHECK(http::make_client(quick())->send({.url = server.url(), .follow = true}).status == 307);
  CHECK(server.requests().size() == 4);
}

TEST_CASE("many threads may ask at once") {
  const LoopbackServer server([](const std::string& request) {
    return Sending{http_answer(request.substr(0, request.find(" HTTP")))};
  });
  const auto client = http::make_client(quick());
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 10; ++k)
        if (client->send({.url = server.url("/" + std::to_string(i))}).body == "GET /" + std::to_string(i))
          ++right;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 80);
  CHECK(server.connections() <= 16);
}

TEST_CASE("of many requests at once each is cut off by itself, and a quiet client looks after the next one") {
  const LoopbackServer server([](const std::string& request) {
    const bool drips = request.starts_with("GET /drip");
    return drips ? Sending{"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", 20ms}
                 : Sending{support::http_answer("well")};
  });
  const auto client = http::make_client(quick());
  const auto ask = [&](const char* path) {
    try {
      return client->send({.url = server.url(path)}).body;
    } catch (const http::Unreachable& error) {
      return base::replace_all(error.what(), server.url(path), "URL");
    }
  };
  for (int round = 0; round < 2; ++round) {
    std::vector<std::future<std::string>> dripping;
    for (int i = 0; i < 4; ++i) dripping.push_back(std::async(std::launch::async, ask, "/drip"));
    for (int i = 0; i < 20; ++i) CHECK(ask("/well") == "well");
    for (auto& answer : dripping) CHECK(answer.get() == "URL: timed out");
    std::this_thread::sleep_for(50ms);  // nobody is looked after meanwhile
  }
}
