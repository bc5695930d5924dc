// Answers that are no HTTP, or nearly: each ends in an answer or in Unreachable, in time, and nothing else.
#include <doctest/doctest.h>

#include <thread>

#include "../support/loopback_server.hpp"
#include "base/text.hpp"
#include "http/client.hpp"

using namespace support;
using namespace std::chrono_literals;
using Sending = LoopbackServer::Sending;

namespace {

http::ClientOptions quick() {
  return {.connect_timeout = 300ms, .total_timeout = 300ms, .answer_limit = 1000};
}

/// What comes of bytes that a server sends before it hangs up: "status body", or "unreachable".
std::string outcome(const std::string& bytes) {
  const LoopbackServer server([=](const std::string&) { return Sending{bytes, 0ms, true}; });
  try {
    const http::Answer answer = http::make_client(quick())->send({.url = server.url()});
    return std::to_string(answer.status) + " " + answer.body;
  } catch (const http::Unreachable&) {
    return "unreachable";
  }
}

std::string with_header(const std::string& line) {
  return outcome("HTTP/1.1 200 OK\r\n" + line + "\r\nConnection: close\r\n\r\nbody");
}

}  // namespace

TEST_CASE("what does not begin as HTTP does is no answer") {
  for (const char* bytes :
       {"", "\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 -20 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/2 200\r\n\r\n", "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK", "<html></html>\r\n\r\n", "\x16\x03\x01\x02"})
    CHECK_MESSAGE(outcome(bytes) == "unreachable", bytes);
  CHECK(outcome(std::string("\0\0\0\r\n\r\n", 7)) == "unreachable");
}

TEST_CASE("lengths that are none end in time, whatever they are") {
  const auto start = std::chrono::steady_clock::now();
  for (const char* length :
       {"-1", "abc", "0x4", "99999999999999999999999999", "18446744073709551615", "4, 4", ""}) {
    const std::string got = with_header("Content-Length: " + std::string(length));
    CHECK_MESSAGE((got == "unreachable" || got == "200 " || got == "200 body"), std::string(length)
                                                                                    << " gives " << got);
  }
  CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE("an answer of two lengths is none") {
  CHECK(with_header("Content-Length: 4\r\nContent-Length: 2") == "unreachable");
  CHECK(with_header("Content-Length: 2\r\nX-A: b\r\ncontent-length: 4") == "unreachable");
  CHECK(with_header("Content-Length: 4\r\nContent-Length: 4") == "200 body");
}

TEST_CASE("chunks that are none end in time, whatever they are") {
  for (const char* chunk : {"zz\r\nbody\r\n0\r\n\r\n", "-4\r\nbody\r\n0\r\n\r\n",
                            "ffffffffffffffffff\r\nbody", "4\r\nbodyXX0\r\n\r\n", "4", "4\r\nbody\r\n"}) {
    const std::string got =
        outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(chunk));
    CHECK_MESSAGE((got == "unreachable" || got == "200 body"), std::string(chunk) << " gives " << got);
  }
}

TEST_CASE("a header line of more than 8 KiB, or one that is none, is survived") {
  CHECK(with_header("X-Long: " + std::string(100000, 'x')) != "200 body x");
  CHECK(with_header("no colon here") != "");
  CHECK(with_header(": no name") != "");
  CHECK(with_header(std::string("X-Nul: a\0b", 10)) != "");
}

TEST_CASE("answers before the answer have an end") {
  std::string flood;
  for (int i = 0; i < 20000; ++i) flood += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(outcome(flood) == "unreachable");
}

TEST_CASE("what is packed badly, or twice, is no more than it says") {
  const std::string type = "Content-Encoding: ";
  for (const char* encoding : {"gzip", "deflate", "br"}) {
    const std::string got = with_header(type + encoding);
    CHECK_MESSAGE((got == "unreachable" || got == "200 "), std::string(encoding) << " gives " << got);
  }
  for (const char* encoding : {"x-unknown", "zstd", "gzippo"})
    CHECK(with_header(type + encoding) == "200 body");
}

TEST_CASE("an answer of status 204 has no body to wait for") {
  CHECK(outcome("HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n") == "204 ");
}

TEST_CASE("a second answer that nobody asked for is not the next one's") {
  const LoopbackServer server([](const std::string& request) {
    if (request.starts_with("GET /first")) return Sending{http_answer("first") + http_answer("smuggled")};
    return Sending{http_answer("second")};
  });
  const auto client = http::make_client(quick());
  CHECK(client->send({.url = server.url("/first")}).body == "first");
  CHECK(client->send({.url = server.url("/second")}).body == "second");
}

TEST_CASE("what came behind an answer is not the next one's, wherever it was cut") {
  const std::string answer = http_answer("first"), other = http_answer("smuggled");
  // Read from the connection are 4096 bytes at a time.
  for (const size_t cut : {size_t{0}, size_t{1}, 4096 - answer.size()}) {
    const LoopbackServer server([&](const std::string& request) {
      if (request.starts_with("GET /first")) return Sending{answer + std::string(cut, ' ') + other};
      return Sending{http_answer("second")};
    });
    const auto client = http::make_client(quick());
    CHECK(client->send({.url = server.url("/first")}).body == "first");
    CHECK(client->send({.url = server.url("/second")}).body == "second");
    CHECK(server.connections() == 2);
  }
}

TEST_CASE("a connection is not kept for longer than firewalls remember it") {
  const LoopbackServer server([](const std::string&) { return Sending{http_answer("text")}; });
  http::ClientOptions options = quick();
  options.idle_lifetime = 0ms;
  const auto client = http::make_client(options);
  for (int i = 0; i < 2; ++i) CHECK(client->send({.url = server.url()}).body == "text");
  CHECK(server.connections() == 2);
}

TEST_CASE("interim answers come before the answer, with headers or without, and are not it") {
  for (const char* interim :
       {"100 Continue\r\n\r\n", "100 Continue\r\nX-A: b\r\n\r\n", "102 Processing\r\n\r\n",
        "103 Early Hints\r\nLink: </a>; rel=preload\r\nX-A: b\r\n\r\n", "199 Whatever\r\n\r\n"}) {
    CHECK(outcome("HTTP/1.1 " + std::string(interim) + http_answer("text")) == "200 text");
    CHECK(outcome("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 " + std::string(interim) + http_answer("text")) ==
          "200 text");
  }
  CHECK(outcome("HTTP/1.1 103 Early Hints\r\n\r\n") == "unreachable");
  CHECK(outcome("HTTP/1.1 103 Early Hints\r\nX-A: b\r\n") == "unreachable");
  CHECK(outcome("HTTP/1.1 103 Early Hints\r\nX-A: " + std::string(5000, 'x') + "\r\n\r\n" +
                http_answer("text")) == "unreachable");
}

TEST_CASE("a redirect never leads to another scheme, host or port, nor with a name and password") {
  std::string target;
  const LoopbackServer elsewhere([](const std::string&) { return Sending{http_answer("stolen")}; });
  const LoopbackServer server([&](const std::string&) {
    return Sending{http_answer("here", "Location: " + target + "\r\n", "302 Found")};
  });
  const std::string own = server.url("");
  for (const std::string& to :
       {elsewhere.url(), "https" + own.substr(4) + "/", base::replace_all(own, "//", "//user:secret@") + "/",
        base::replace_all(own, "127.0.0.1", "127.0.0.2") + "/", std::string("/\\127.0.0.1/"),
        std::string("//evil.example/"), std::string("http:/evil.example"), std::string("gopher://127.0.0.1/"),
        std::string("")}) {
    target = to;
    std::string got = "unreachable";
    try {
      got = http::make_client(quick())->send({.url = server.url(), .follow = true}).body;
    } catch (const http::Unreachable&) {
      CAPTURE(to);
    }
    CHECK_MESSAGE((got == "here" || got == "unreachable"), to << " gives " << got);
  }
  CHECK(elsewhere.requests().empty());
}

TEST_CASE("nothing in the environment is a proxy to the client") {
  const LoopbackServer proxy([](const std::string&) { return Sending{http_answer("proxied")}; });
  const LoopbackServer server([](const std::string&) { return Sending{http_answer("direct")}; });
  for (const char* name : {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "https_proxy"})
    ::setenv(name, proxy.url("").c_str(), 1);
  CHECK(http::make_client(quick())->send({.url = server.url()}).body == "direct");
  for (const char* name : {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "https_proxy"}) ::unsetenv(name);
  CHECK(proxy.requests().empty());
}

TEST_CASE("connections to more origins than are kept are made anew, and none is lost") {
  const auto client = http::make_client(quick());
  std::vector<std::unique_ptr<LoopbackServer>> servers;
  for (int i = 0; i < 66; ++i)
    servers.push_back(
        std::make_unique<LoopbackServer>([](const std::string&) { return Sending{http_answer("text")}; }));
  for (int round = 0; round < 2; ++round)
    for (const auto& server : servers) CHECK(client->send({.url = server->url()}).body == "text");
  int connections = 0;
  for (const auto& server : servers) connections += server->connections();
  CHECK(connections > 66);   // not all were kept
  CHECK(connections < 132);  // but most
}
