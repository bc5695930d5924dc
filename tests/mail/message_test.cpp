#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "mail/header.hpp"
#include "mail/mail.hpp"

namespace {

/// 0, 1, 2, …
struct CountingRandom : crypto::Random {
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = next++;
  }
  std::uint8_t next = 0;
};

mail::Message plain_message() {
  return {.from = {"Example", "no-reply@example.com"},
          .to = "ann@example.org",
          .subject = "Sign in to example.com",
          .text = "Sign in\nhttps://example.com/?a=b\n",
          .html = "<p>Hello</p>\n",
          .language = "en"};
}

std::string mime(const mail::Message& message) {
  CountingRandom random;
  return mail::to_mime(message, base::parse_time("2026-11-03 07:08:09").value(), random);
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  for (const std::string_view line : base::split(text, '\n')) all.emplace_back(line);
  return all;
}

}  // namespace

TEST_CASE("a mail is text and HTML, with what a mail's header needs") {
  CHECK(mime(plain_message()) ==
        "Date: Tue, 03 Nov 2026 07:08:09 +0000\r\n"
        "From: \"Example\" <no-reply@example.com>\r\n"
        "To: ann@example.org\r\n"
        "Message-ID: <101112131415161718191a1b1c1d1e1f@example.com>\r\n"
        "Subject: Sign in to example.com\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative;\r\n"
        " boundary=\"=_000102030405060708090a0b0c0d0e0f\"\r\n"
        "\r\n"
        "--=_000102030405060708090a0b0c0d0e0f\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Language: en\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Sign in\r\n"
        "https://example.com/?a=3Db\r\n"
        "--=_000102030405060708090a0b0c0d0e0f\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        "Content-Language: en\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "<p>Hello</p>\r\n"
        "--=_000102030405060708090a0b0c0d0e0f--\r\n");
}

TEST_CASE("nothing but the header's own lines can be in a header") {
  for (const std::string evil : {"x\r\nBcc: bob@evil.example", "x\nBcc: bob@evil.example", "x\rBcc: y",
                                 "x\r\n y", "x\r\n\r\nbody", "x\ty", "x\x7f"}) {
    mail::Message message = plain_message();
    message.subject = evil;
    CHECK_THROWS_AS(mime(message), mail::Error);
    message = plain_message();
    message.from.name = evil;
    CHECK_THROWS_AS(mime(message), mail::Error);
    message = plain_message();
    message.to = evil;
    if (evil != "x\r\n y") CHECK_THROWS_AS(mime(message), mail::Error);
    message = plain_message();
    message.language = evil;
    if (evil != "x\r\n y") CHECK_THROWS_AS(mime(message), mail::Error);
  }
}

TEST_CASE("a body cannot end its part, the mail, or a line") {
  mail::Message message = plain_message();
  message.text = "--=_000102030405060708090a0b0c0d0e0f--\n.\n" + std::string(300, 'x') + "\r\nlast";
  const std::string whole = mime(message);
  CHECK(whole.find("\r\n--=3D_000102030405060708090a0b0c0d0e0f--\r\n=2E\r\n") != std::string::npos);
  for (const std::string& line : lines(whole)) CHECK(line.size() <= 77);  // 76 and CR
}

TEST_CASE("a mail is ASCII in lines of 76, whatever its language") {
  mail::Message message = plain_message();
  for (int i = 0; i < 30; ++i) {
    message.subject += "\u767b\u9332 ";
    message.from.name += "B\u00fccher ";
    message.html += "\u0627\u0644\u0639\u0631\u0628\u064a\u0629";
  }
  const std::string whole = mime(message);
  CHECK(std::all_of(whole.begin(), whole.end(), [](char c) { return static_cast<unsigned char>(c) < 0x7F; }));
  for (const std::string& line : lines(whole)) CHECK_MESSAGE(line.size() <= 77, line);
  CHECK(whole.find("\n\r\n \r\n") == std::string::npos);
}

TEST_CASE("text of a header is encoded only where it has to be") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"Sign in", "Sign in"},
      {"", ""},
      {"Gr\u00fc\u00dfe", "=?UTF-8?B?R3LDvMOfZQ==?="},
      {"looks like =?UTF-8?B?QQ==?=", "=?UTF-8?B?bG9va3MgbGlrZSA9P1VURi04P0I/UVE9PT89?="},
  };
  for (const auto& [text, encoded] : table) CHECK(mail::encode_text(text, 9) == encoded);
  CHECK(mail::encode_text(std::string(67, 'x'), 9) == std::string(67, 'x'));
  CHECK(mail::encode_text(std::string(68, 'x'), 9).starts_with("=?UTF-8?B?"));
  CHECK_THROWS_AS(mail::encode_text("\xff", 9), mail::Error);
}

TEST_CASE("an encoded word holds whole characters") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "\U0001F511";  // four bytes each
  const std::string encoded = mail::encode_text(text, 9);
  for (std::string_view word : base::split(encoded, ' ')) {
    word = base::trim(word);
    CHECK(word.size() <= 75);
    // 44 bytes are 60 characters with "=" at the end, 40 are 56: never a divided one.
    const size_t payload = word.size() - 12;
    const size_t padding = size_t(std::count(word.begin() + 10, word.end() - 2, '='));
    CHECK((payload / 4 * 3 - padding) % 4 == 0);
  }
}

TEST_CASE("a name is quoted, an international one encoded") {
  const std::vector<std::pair<mail::Mailbox, std::string>> table{
      {{"", "a@example.com"}, "a@example.com"},
      {{"Example", "a@example.com"}, "\"Example\" <a@example.com>"},
      {{"Doe, \"J\" \\ <x@y>", "a@example.com"}, "\"Doe, \\\"J\\\" \\\\ <x@y>\" <a@example.com>"},
      {{"B\u00fccher", "a@example.com"}, "=?UTF-8?B?QsO8Y2hlcg==?= <a@example.com>"},
      {{std::string(50, 'x'), "a@longer.example.com"},
       "\"" + std::string(50, 'x') + "\"\r\n <a@longer.example.com>"},
  };
  for (const auto& [who, value] : table) CHECK(mail::encode_mailbox(who, 6) == value);
}

TEST_CASE("quoted-printable keeps what is plain and escapes the rest") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"", "\r\n"},
      {"a\nb", "a\r\nb\r\n"},
      {"a\r\nb\r\n", "a\r\nb\r\n"},
      {"a\rb", "a=0Db\r\n"},
      {"1+1=2", "1+1=3D2\r\n"},
      {"gr\u00fc\u00df", "gr=C3=BC=C3=9F\r\n"},
      {"blank \ntab\t\nin side", "blank=20\r\ntab=09\r\nin side\r\n"},
      {std::string("\0", 1), "=00\r\n"},
      {std::string(75, 'x'), std::string(75, 'x') + "\r\n"},
      {std::string(76, 'x'), std::string(75, 'x') + "=\r\nx\r\n"},
      {std::string(74, 'x') + "=", std::string(74, 'x') + "=\r\n=3D\r\n"},
  };
  for (const auto& [text, encoded] : table) CHECK(mail::quoted_printable(text) == encoded);
}
