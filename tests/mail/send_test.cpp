// With the real curl and with programs that stand where sendmail does. A real SMTP server is in the journeys.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "base/file.hpp"
#include "mail/mail.hpp"

namespace {

using namespace std::chrono_literals;

/// A port that takes connections and says nothing.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, any, size) == 0);
    REQUIRE(::listen(socket_, 5) == 0);
    REQUIRE(::getsockname(socket_, any, &size) == 0);
    port = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(socket_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  int port = 0;

 private:
  int socket_;
};

/// A program of this script, in a folder of its own that goes with it.
class Script {
 public:
  explicit Script(const std::string& text) {
    std::string name = (std::filesystem::temp_directory_path() / "mail-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    folder = name;
    std::ofstream(folder / "sendmail") << "#!/bin/sh\ncd " << name << "\n" << text << "\n";
    ::chmod((folder / "sendmail").c_str(), 0700);
  }
  ~Script() { std::filesystem::remove_all(folder); }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  mail::Server server(const std::string& arguments = "") const {
    return mail::read_server("sendmail:" + (folder / "sendmail").string() + arguments);
  }
  std::string file(const char* name) const { return base::read_file(folder / name, 65536).value_or("none"); }
  std::filesystem::path folder;
};

mail::Message message() {
  return {.from = {"", "no-reply@example.com"},
          .to = "ann@example.org",
          .subject = "Sign in",
          .text = "https://example.com/secret-token\n",
          .html = "<p>",
          .language = "en"};
}

std::string complaint(const mail::Server& server, const mail::Message& letter,
                      const mail::Limits& limits = {}) {
  try {
    mail::send(server, letter, base::Time{}, crypto::system_random(), limits);
  } catch (const mail::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a server that says nothing is given up when the time is over") {
  const SilentServer silent;
  const auto began = std::chrono::steady_clock::now();
  const std::string why = complaint(mail::read_server("smtp://127.0.0.1:" + std::to_string(silent.port)),
                                    message(), {.connect = 1s, .total = 1s});
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(why.find("curl: (28)") != std::string::npos);
  CHECK(took > 900ms);
  CHECK(took < 3s);
}

TEST_CASE("a server that is not there is an error that names curl's reason") {
  const std::string why = complaint(mail::read_server("smtp://ann:hunter2@127.0.0.1:1"), message());
  CHECK(why.find("curl: (7)") != std::string::npos);
  CHECK(why.find("hunter2") == std::string::npos);
}

TEST_CASE("a machine without curl is told that it is needed") {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nowhere:/proc", 1);
  const mail::Server server = mail::read_server("smtp://127.0.0.1:1");
  const std::string why = complaint(server, message());
  ::setenv("PATH", path.c_str(), 1);
  CHECK(why == "the program curl is not installed here, by which mails are sent to an SMTP server");
  CHECK(complaint(server, message()).find("curl: (7)") != std::string::npos);
}

TEST_CASE(
    "sendmail gets sender and recipient as arguments, the mail on its input, and nothing of our "
    "environment") {
  const Script script("printf '<%s>' \"$@\" >arguments; cat >mail; env | cut -d= -f1 | sort >environment");
  ::setenv("MAIL_TEST_SECRET", "x", 1);
  CHECK(complaint(script.server(" -C own.conf"), message()) == "");
  CHECK(script.file("arguments") == "<-C><own.conf><-i><-f><no-reply@example.com><--><ann@example.org>");
  CHECK(script.file("environment") == "OLDPWD\nPATH\nPWD\n");
  const std::string mail = script.file("mail");
  CHECK(mail.find("\nTo: ann@example.org\n") != std::string::npos);
  CHECK(mail.find('\r') == std::string::npos);
}

TEST_CASE("a sendmail with -t finds the recipient in the mail: Exim would take one named twice for none") {
  const Script script("printf '<%s>' \"$@\" >arguments; cat >mail");
  for (const auto& [own, arguments] :
       {std::pair{" -t -i", "<-t><-i><-i><-f><no-reply@example.com>"},
        std::pair{" -ti", "<-ti><-i><-f><no-reply@example.com>"},
        std::pair{" -test", "<-test><-i><-f><no-reply@example.com><--><ann@example.org>"}}) {
    CHECK(complaint(script.server(own), message()) == "");
    CHECK(script.file("arguments") == arguments);
  }
  CHECK(script.file("mail").find("\nTo: ann@example.org\n") != std::string::npos);
}

TEST_CASE("a sendmail that fails is an error with the first line of what it says, and no more") {
  const Script script("echo 'no such user' >&2; cat >&2; exit 67");
  const std::string why = complaint(script.server(), message());
  CHECK(why.ends_with("/sendmail: ended with 67: no such user"));
}

TEST_CASE("a sendmail that hangs is ended when the time is over") {
  const Script script("exec sleep 60");
  CHECK(complaint(script.server(), message(), {.total = 1s}).ends_with("took longer than 1000 ms"));
}

TEST_CASE("what is no address never gets to a command") {
  const Script script("echo called >called");
  for (const char* evil : {"-f@example.com", "ann@example.org\nbob@evil.example",
                           "ann@example.org, bob@evil.example", "Ann@example.org", ""}) {
    mail::Message letter = message();
    letter.to = evil;
    CHECK_FALSE(complaint(script.server(), letter).empty());
    letter = message();
    letter.from.address = evil;
    CHECK_FALSE(complaint(script.server(), letter).empty());
  }
  CHECK(script.file("called") == "none");
}
