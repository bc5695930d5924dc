// CGI variables become a request, both sides of every limit; a response becomes what servers expect.
#include <doctest/doctest.h>

#include <map>
#include <vector>

#include "base/waiting.hpp"
#include "gateway/gateway.hpp"

using namespace gateway;

namespace {

/// What a server sends.
struct Sent {
  std::map<std::string, std::string> variables{{"REQUEST_METHOD", "GET"}, {"PATH_INFO", "/csrf"}};
  std::string body;
  bool is_for_guard = false;
  size_t read = 0;
  http::Limits limits;
  std::vector<std::string> entries;
  std::vector<const char*> pointers;
  std::string logged;

  Input input() {
    entries.clear();
    for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
    pointers.clear();
    for (const std::string& entry : entries) pointers.push_back(entry.c_str());
    pointers.push_back(nullptr);
    return {.variables = pointers.data(),
            .body =
                [this](char* into, size_t size) {
                  const size_t count = std::min({size, body.size() - read, size_t{7}});  // in small pieces
                  body.copy(into, count, read);
                  read += count;
                  return count;
                },
            .is_for_guard = is_for_guard};
  }
  std::string answer(const Handler& handler) {
    const base::LogSink sink([this](std::string_view line) { logged += line; });
    return serve(input(), limits, handler, base::Log());
  }
  http::Request request() { return read_request(input(), limits); }
  /// The status it is refused with; 200 if it is not.
  int status() {
    try {
      request();
      return 200;
    } catch (const http::BadRequest& error) {
      return error.status;
    }
  }
};

// On every answer.
const std::string usual =
    "Cache-Control: private, no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Frame-Options: DENY\r\n";

int status_with(const std::string& name, const std::string& value) {
  Sent sent;
  sent.variables[name] = value;
  return sent.status();
}

int status_of_body(const std::string& length, const std::string& body) {
  Sent sent;
  sent.variables["CONTENT_LENGTH"] = length;
  sent.body = body;
  return sent.status();
}

}  // namespace

TEST_CASE("a request is read from the variables and the body") {
  Sent sent;
  sent.variables = {{"REQUEST_METHOD", "POST"},
                    {"SCRIPT_NAME", "/api/auth"},
                    {"PATH_INFO", "/signin/op"},
                    {"QUERY_STRING", "a=b"},
                    {"REQUEST_URI", "/api/auth/signin/op?a=b"},
                    {"CONTENT_TYPE", "text/plain"},
                    {"CONTENT_LENGTH", "20"},
                    {"HTTP_COOKIE", "c=d"},
                    {"HTTP_ACCEPT_LANGUAGE", "de"},
                    {"REMOTE_ADDR", "192.0.2.1"},
                    {"HTTP_X_FORWARDED_FOR", "192.0.2.2"}};
  sent.body = "01234567890123456789 and more";
  const http::Request request = sent.request();
  CHECK(request.method == http::Method::post);
  CHECK(request.script_name + request.path_info == "/api/auth/signin/op");
  CHECK(request.query == "a=b");
  CHECK(request.request_uri == "/api/auth/signin/op?a=b");
  CHECK(request.content_type == "text/plain");
  CHECK(request.body == "01234567890123456789");
  CHECK(request.cookie == "c=d");
  CHECK(request.accept_language == "de");
  CHECK(request.remote_address == "192.0.2.1");
  CHECK(request.forwarded_for == "192.0.2.2");
}

TEST_CASE("of a variable that comes twice the first counts") {
  const std::array<const char*, 5> twice{"REQUEST_METHOD=GET", "REMOTE_ADDR=192.0.2.1",
                                         "REMOTE_ADDR=127.0.0.1", "REQUEST_METHOD=POST", nullptr};
  const http::Request request = read_request({.variables = twice.data(), .body = {}}, {});
  CHECK(request.method == http::Method::get);
  CHECK(request.remote_address == "192.0.2.1");
}

TEST_CASE("methods are known by their exact names") {
  for (const auto& [name, method] :
       {std::pair{"GET", http::Method::get}, std::pair{"HEAD", http::Method::head},
        std::pair{"POST", http::Method::post}, std::pair{"get", http::Method::other},
        std::pair{"PUT", http::Method::other}, std::pair{"", http::Method::other}}) {
    Sent sent;
    sent.variables["REQUEST_METHOD"] = name;
    CHECK(sent.request().method == method);
    CHECK(sent.request().method_name == name);
  }
}

TEST_CASE("CONTENT_LENGTH is digits only") {
  for (const char* length : {"+5", "-5", " 5", "5 ", "0x5", "5.0", "5,5", "five"})
    CHECK(status_of_body(length, "12345") == 400);
  CHECK(status_of_body("5", "12345") == 200);
  CHECK(status_of_body("005", "12345") == 200);
  CHECK(status_of_body("", "") == 200);
  CHECK(status_of_body("0", "") == 200);
}

TEST_CASE("a body is as long as it says, and no longer than the limit") {
  const std::string most(65536, 'x');
  CHECK(status_of_body("65536", most) == 200);
  CHECK(status_of_body("65537", most + "x") == 413);
  CHECK(status_of_body("99999999999999999999999", "") == 413);
  CHECK(status_of_body("6", "12345") == 400);
  CHECK(status_of_body("1", "") == 400);
  CHECK(status_of_body("3", std::string("a\0b", 3)) == 400);
}

TEST_CASE("a body whose length nobody says is refused, one of a known length is taken however it travelled") {
  CHECK(status_with("HTTP_TRANSFER_ENCODING", "chunked") == 411);
  Sent sent;
  sent.variables = {{"HTTP_TRANSFER_ENCODING", "chunked"}, {"CONTENT_LENGTH", ""}};
  CHECK(sent.status() == 411);
  sent.variables["CONTENT_LENGTH"] = "5";
  sent.body = "12345GET / HTTP/1.1";
  CHECK(sent.request().body == "12345");
}

TEST_CASE("a body is waited for only where that is allowed; without one nobody waits") {
  struct Full final : base::WaitObserver {
    void began() override { throw base::Busy("too many"); }
    void ended() noexcept override {}
  } full;
  const base::ObserveWaits observe(full);
  Sent sent;
  CHECK(sent.status() == 200);
  sent.body = "a=b";
  sent.variables["CONTENT_LENGTH"] = "3";
  CHECK(sent.status() == 503);
}

TEST_CASE("headers are bounded one by one and together") {
  CHECK(status_with("HTTP_X", std::string(16384, 'x')) == 200);
  CHECK(status_with("HTTP_X", std::string(16385, 'x')) == 431);
  CHECK(status_with("HTTP_COOKIE", std::string(16385, 'x')) == 431);
  CHECK(status_with("CONTENT_TYPE", std::string(16385, 'x')) == 431);
  Sent sent;
  for (const char* name : {"HTTP_A", "HTTP_B", "HTTP_C"}) sent.variables[name] = std::string(16384, 'x');
  sent.variables["HTTP_D"] = std::string(16384 - 4 * 2, 'x');  // the names and '=' count too
  CHECK(sent.status() == 200);
  sent.variables["HTTP_D"] += 'x';
  CHECK(sent.status() == 431);
}

TEST_CASE("addresses are bounded") {
  for (const char* name : {"REQUEST_URI", "QUERY_STRING", "SCRIPT_NAME", "PATH_INFO"}) {
    CHECK(status_with(name, std::string(16384, 'x')) == 200);
    CHECK(status_with(name, std::string(16385, 'x')) == 414);
  }
}

TEST_CASE("paths are UTF-8 without NUL") {
  CHECK(status_with("PATH_INFO", "/\xc3\xa4") == 200);
  CHECK(status_with("PATH_INFO", "/\xe4") == 400);
  CHECK(status_with("SCRIPT_NAME", "/\xe4") == 400);
  CHECK(status_with("REQUEST_URI", "/%00") == 400);
}

TEST_CASE("a response is status, headers, length and body") {
  const http::Response response{.status = 302, .headers = {{"Location", "/a"}, {"X", "y"}}, .body = "text"};
  const std::string head =
      "Status: 302 Found\r\nLocation: /a\r\nX: y\r\n" + usual + "Content-Length: 4\r\n\r\n";
  CHECK(write_response(response, http::Method::get) == head + "text");
  CHECK(write_response(response, http::Method::head) == head);
}

TEST_CASE("every status has its reason") {
  for (const auto& [status, reason] :
       {std::pair{200, "OK"}, std::pair{303, "See Other"}, std::pair{400, "Bad Request"},
        std::pair{401, "Unauthorized"}, std::pair{403, "Forbidden"}, std::pair{411, "Length Required"},
        std::pair{413, "Content Too Large"}, std::pair{415, "Unsupported Media Type"},
        std::pair{429, "Too Many Requests"}, std::pair{431, "Request Header Fields Too Large"},
        std::pair{500, "Internal Server Error"}, std::pair{599, "Unknown"}})
    CHECK(write_response({.status = status, .headers = {}, .body = {}}, http::Method::get) ==
          "Status: " + std::to_string(status) + " " + reason + "\r\n" + usual + "Content-Length: 0\r\n\r\n");
}

TEST_CASE("a bad request is answered without asking the site") {
  Sent sent;
  sent.variables["CONTENT_LENGTH"] = "x";
  sent.variables["REQUEST_URI"] = "/api/auth/csrf?code=s3cret";
  bool asked = false;
  const std::string answer = sent.answer([&](const http::Request&) {
    asked = true;
    return http::Response{};
  });
  CHECK_FALSE(asked);
  CHECK(answer.starts_with("Status: 400 Bad Request\r\n"));
  CHECK(answer.find(usual) != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\nCONTENT_LENGTH is no number."));
  CHECK(sent.logged.ends_with(
      " warn request_refused status=400 path=/api/auth/csrf reason=\"CONTENT_LENGTH is no number.\"\n"));
}

TEST_CASE("a bad HEAD is refused without a body, too") {
  Sent sent;
  sent.variables["REQUEST_METHOD"] = "HEAD";
  sent.variables["CONTENT_LENGTH"] = "x";
  const std::string answer = sent.answer([](const http::Request&) { return http::Response{}; });
  CHECK(answer.starts_with("Status: 400 Bad Request\r\n"));
  CHECK(answer.ends_with("\r\nContent-Length: 28\r\n\r\n"));
}

TEST_CASE("a good request is answered by the site, HEAD without the body") {
  Sent sent;
  sent.variables["REQUEST_METHOD"] = "HEAD";
  const std::string answer = sent.answer([](const http::Request& request) {
    return http::Response{.status = 200, .headers = {}, .body = request.path_info};
  });
  CHECK(answer == "Status: 200 OK\r\n" + usual + "Content-Length: 5\r\n\r\n");
}

TEST_CASE("a guard's request has no body and no query of ours, whatever the page's own are") {
  Sent sent;
  sent.variables["CONTENT_LENGTH"] = "7";
  sent.variables["QUERY_STRING"] = "a=%zz";
  sent.variables["HTTP_SEC_FETCH_MODE"] = "navigate";
  sent.variables["HTTP_ACCEPT"] = "text/html";
  sent.variables["REDIRECT_STATUS"] = "401";
  sent.variables["REDIRECT_URL"] = "/a";
  sent.variables["REDIRECT_QUERY_STRING"] = "b";
  Input input = sent.input();
  input.is_for_guard = true;
  const http::Request request = read_request(input, sent.limits);
  CHECK(request.is_for_guard);
  CHECK(request.query.empty());
  CHECK(request.body.empty());
  CHECK(request.fetch_mode == "navigate");
  CHECK(request.accept == "text/html");
  CHECK(request.redirected.status + request.redirected.path + request.redirected.query == "401/ab");
}

TEST_CASE("a guard's leave says nothing of a length or a body") {
  const auto leave = [](int status) {
    Sent sent;
    sent.is_for_guard = true;
    return sent.answer([&](const http::Request&) {
      return http::Response{.status = status, .headers = {{"Variable-A", "b"}}, .body = "x"};
    });
  };
  CHECK(leave(200) == "Status: 200 OK\r\nVariable-A: b\r\n\r\n");
  CHECK(leave(403) == "Status: 403 Forbidden\r\nVariable-A: b\r\n" + usual + "Content-Length: 1\r\n\r\nx");
}
