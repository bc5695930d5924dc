#include <doctest/doctest.h>

#include <vector>

#include "mail/mail.hpp"

using mail::Encryption;
using mail::read_server;
using mail::Smtp;

namespace {

Smtp smtp(const std::string& text) { return std::get<Smtp>(read_server(text)); }

std::string complaint(const std::string& text) {
  try {
    read_server(text);
  } catch (const mail::ServerError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a server is a host and a port") {
  struct Row {
    std::string text;
    const char* host;
    int port;
    bool tls;
  };
  for (const Row& row :
       {Row{"smtp://mail.example.com:2525", "mail.example.com", 2525, false},
        Row{"SMTP://Mail.Example.com:2525/", "mail.example.com", 2525, false},
        Row{"smtp://mail.example.com", "mail.example.com", 587, false},
        Row{"smtps://mail.example.com", "mail.example.com", 465, true},
        Row{"smtps://mail.example.com:4650", "mail.example.com", 4650, true},
        Row{"smtp://localhost:25", "localhost", 25, false},
        Row{"smtp://127.0.0.1:25", "127.0.0.1", 25, false}, Row{"smtp://[::1]:25", "[::1]", 25, false},
        Row{"smtp://[2001:db8::1]", "[2001:db8::1]", 587, false},
        Row{"smtp://m\u00e4il.example:65535", "xn--mil-qla.example", 65535, false}}) {
    const Smtp server = smtp(row.text);
    CHECK_MESSAGE(server.host == row.host, row.text);
    CHECK_MESSAGE(server.port == row.port, row.text);
    CHECK_MESSAGE(server.tls_from_the_start == row.tls, row.text);
    CHECK(server.user.empty());
  }
}

TEST_CASE("user and password are what is before the last @, percent-decoded") {
  struct Row {
    std::string text;
    const char* user;
    const char* password;
  };
  for (const Row& row :
       {Row{"smtp://ann:secret@example.com", "ann", "secret"},
        Row{"smtp://ann@example.com:secret@example.com", "ann@example.com", "secret"},
        Row{"smtp://ann:p%40ss%3A%2F%3F%22%5C@example.com", "ann", "p@ss:/?\"\\"},
        Row{"smtp://ann:a:b@example.com", "ann", "a:b"}, Row{"smtp://ann@example.com", "ann", ""},
        Row{"smtp://ann:p\u00e4ss@example.com", "ann", "p\u00e4ss"}}) {
    const Smtp server = smtp(row.text);
    CHECK_MESSAGE(server.user == row.user, row.text);
    CHECK_MESSAGE(server.password.reveal() == row.password, row.text);
    CHECK(server.host == "example.com");
  }
}

TEST_CASE("passwords and port 587 want encryption, save towards this machine or where it is turned off") {
  const std::vector<std::pair<std::string, Encryption>> table{
      {"smtp://mail.example.com:25", Encryption::when_offered},
      {"smtp://mail.example.com:587", Encryption::required},
      {"smtp://mail.example.com", Encryption::required},
      {"smtp://ann:x@mail.example.com:25", Encryption::required},
      {"smtp://mail.example.com:25?tls=off", Encryption::off},
      {"smtp://mail.example.com:587/?tls=off", Encryption::off},
      {"smtp://ann:x@mail.example.com:25?tls=off", Encryption::off},
      {"smtp://localhost:25", Encryption::when_offered},
      {"smtp://localhost:587", Encryption::when_offered},
      {"smtp://ann:x@127.0.0.1:25", Encryption::when_offered},
      {"smtp://ann:x@[::1]:587", Encryption::when_offered},
      {"smtp://ann:x@[::1]:587?tls=off", Encryption::off},
      {"smtp://ann:x@localhost.example:25", Encryption::required},
      {"smtp://ann:x@128.0.0.1:25", Encryption::required},
  };
  for (const auto& row : table) CHECK_MESSAGE(smtp(row.first).starttls == row.second, row.first);
}

TEST_CASE("a sendmail command is a program and its arguments, no shell's text") {
  using Words = std::vector<std::string>;
  const auto command = [](const char* text) { return std::get<mail::Sendmail>(read_server(text)).command; };
  CHECK(command("sendmail:/usr/sbin/sendmail") == Words{"/usr/sbin/sendmail"});
  CHECK(command("sendmail: msmtp  -C /etc/msmtp ") == Words{"msmtp", "-C", "/etc/msmtp"});
  CHECK(command("sendmail:/bin/a;b \"$(c)\"") == Words{"/bin/a;b", "\"$(c)\""});
}

TEST_CASE("what is no server is refused, without repeating it") {
  const std::vector<std::string> table{
      "",
      "smtp",
      "smtp:mail.example.com",
      "smtp://",
      "smtp://:25",
      "sendmail:/usr/sbin/sendmail\n-x",
      "smtp://host:0",
      "smtp://host:65536",
      "smtp://host:25x",
      "smtp://host:-25",
      "smtp://ho st",
      "smtp://ho\"st",
      "smtp://host/path",
      "smtp://host#x",
      "smtp://host?tls=on",
      "smtp://host?tls=off&x=y",
      "smtps://host?tls=off",
      "smtp://[::1",
      "smtp://[::1]25",
      "smtp://[evil]",
      "smtp://127.0.0.300",
      "smtp://:hunter2@host",
      "smtp://a%3Ab:hunter2@host",
      "smtp://ann:hunter2%0Aurl@host",
      "smtp://ann:hunter2%0@host",
      "smtp://ann:hunter2%ff@host",
      "smtp://ann:hunter2\n@host",
      "http://host",
      "mail.example.com",
      "sendmail:",
      "sendmail: ",
      "sendmail",
  };
  for (const std::string& text : table) {
    const std::string why = complaint(text);
    CHECK_MESSAGE(!why.empty(), text);
    CHECK(why.find("hunter2") == std::string::npos);
  }
}
