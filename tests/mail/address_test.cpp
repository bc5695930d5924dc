#include <doctest/doctest.h>

#include <vector>

#include "mail/mail.hpp"

using mail::read_address;
using mail::read_host;
using mail::read_mailbox;

namespace {

std::string repeated(size_t times, const std::string& text) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

/// A domain of this many characters.
std::string domain_of(size_t length) {
  std::string domain = repeated(length / 50, std::string(49, 'd') + ".");
  domain += std::string(length - domain.size(), 'e');
  return domain;
}

}  // namespace

TEST_CASE("an address is what people write, in small ASCII letters") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"ann@example.com", "ann@example.com"},
      {"Ann.Example@EXAMPLE.Com", "ann.example@example.com"},
      {"  ann@example.com ", "ann@example.com"},
      {"ann+tag@example.com", "ann+tag@example.com"},
      {"o'brien@example.com", "o'brien@example.com"},
      {"a_b-c{d}~e@sub.example.co.uk", "a_b-c{d}~e@sub.example.co.uk"},
      {"root@localhost", "root@localhost"},
      {"1@2.example", "1@2.example"},
      {"ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
  };
  for (const auto& row : table) CHECK_MESSAGE(read_address(row.first) == row.second, row.first);
}

TEST_CASE("an international domain is punycode, however it was written") {
  for (const char* text :
       {"ann@b\u00fccher.example", "ANN@B\u00dcCHER.example", "ann@bu\u0308cher.example",
        "ann@xn--bcher-kva.example", "ann@b\u00fccher\uff0eexample", "ann@b\u00fccher\u3002example"})
    CHECK_MESSAGE(read_address(text) == "ann@xn--bcher-kva.example", text);
  CHECK(read_address("info@\u4f8b\u3048.\u30c6\u30b9\u30c8") == "info@xn--r8jz45g.xn--zckzah");
  CHECK(read_address("a@stra\u00dfe.example") == "a@xn--strae-oqa.example");  // not strasse: another domain
}

TEST_CASE("many addresses are of one mailbox") {
  for (const char* address : {"ann.lee@example.com", "annlee@example.com", "ann.lee+1@example.com",
                              "a.n.n.l.e.e+a.b+c@example.com", "annlee+@example.com"})
    CHECK_MESSAGE(mail::mailbox_of(address) == "annlee@example.com", address);
  CHECK(mail::mailbox_of("bob@example.com") == "bob@example.com");
  CHECK(mail::mailbox_of("bob@a.example.com") == "bob@a.example.com");
  CHECK(mail::mailbox_of("+x@example.com") == "@example.com");
}

TEST_CASE("what is not one plain address is refused") {
  const std::vector<std::string> table{
      "",
      " ",
      "@",
      "ann",
      "ann@",
      "@example.com",
      "ann@example.com@evil.example",
      "ann@evil.example,@example.com",
      "ann@example.com,bob@evil.example",
      "ann@example.com;bob@evil.example",
      "ann@example.com bob@evil.example",
      "ann bob@example.com",
      "Ann <ann@example.com>",
      "<ann@example.com>",
      "ann@example.com>",
      "ann@example.com> ORCPT=x",
      "\"ann\"@example.com",
      "\"ann@evil.example\"@example.com",
      "ann(comment)@example.com",
      "ann@example.com(comment)",
      "ann@[127.0.0.1]",
      "ann@127.0.0.1",
      "ann@example.1",
      "ann@example.com.",
      "ann@.example.com",
      "ann@example..com",
      ".ann@example.com",
      "ann.@example.com",
      "a..nn@example.com",
      "ann@-example.com",
      "ann@example-.com",
      "ann@exa_mple.com",
      "ann@example.com/..",
      "ann@example.com:25",
      "ann\\@example.com",
      "ann@exam\\ple.com",
      "mailto:ann@example.com",
      "ann%40example.com",
      "bob%evil.example@example.com",
      "evil.example!bob@example.com",
      "|program@example.com",
      "=?utf-8?q?bob=40evil.example=3e?=@example.com",
      "ann=?x?=@example.com",
      "-OQueueDirectory=/tmp@example.com",
      "-f@example.com",
  };
  for (const std::string& text : table) CHECK_MESSAGE(!read_address(text), text);
}

TEST_CASE("no control character gets in, at either end neither") {
  for (int c = 0; c < 0x20; ++c)
    for (const std::string& text :
         {"ann" + std::string(1, char(c)) + "@example.com", "ann@example" + std::string(1, char(c)) + ".com",
          "ann@example.com" + std::string(1, char(c)), std::string(1, char(c)) + "ann@example.com"})
      CHECK_MESSAGE(!read_address(text), c);
  CHECK_FALSE(read_address("ann\x7f@example.com"));
  CHECK_FALSE(read_address("ann@example.com\r\nBcc: bob@evil.example"));
  CHECK_FALSE(read_address(std::string("ann@example.com\0.evil.example", 29)));
}

TEST_CASE("what is too long to be an address is not even looked at") {
  const auto with_hyphens = [](size_t count) {  // soft ones, which a domain loses
    return read_address("ann@exa" + repeated(count, "\u00ad") + "mple.com");
  };
  CHECK(with_hyphens(10) == "ann@example.com");
  CHECK_FALSE(with_hyphens(600));
  CHECK_FALSE(read_host(std::string_view("example\0.com", 12)));
}

TEST_CASE("characters that turn into others are judged as what they turn into") {
  const std::vector<std::string> table{
      "ann\uff20evil.example@example.com",  // FULLWIDTH COMMERCIAL AT
      "ann@evil.example\uff20example.com",
      "ann\ufe6bexample.com",                // SMALL COMMERCIAL AT
      "ann@evil.example\uff0f.example.com",  // FULLWIDTH SOLIDUS
      "ann@evil.example\u2100.example.com",  // a/c
      "ann@example\uff0ccom",                // FULLWIDTH COMMA
      "ann@example.com\uff1e",               // FULLWIDTH GREATER-THAN
      "ann@example\u2028.com",               // LINE SEPARATOR
      "ann@example\u00a0.com",               // NO-BREAK SPACE
      "ann@exam\u202eple.com",               // RIGHT-TO-LEFT OVERRIDE
      "\u212aim@example.com",                // KELVIN SIGN: a small k to JavaScript's toLowerCase
      "m\u0131ke@example.com",               // dotless i: a capital I to toUpperCase
      "b\u00fccher@example.com",
      "\u200bann@example.com",
      "ann@xn--b\u00fccher.example",
      "ann@\u00fc.127.0.0.1",
      "ann@\u00fc\x80.example",
      "ann@\xff.example",
  };
  for (const std::string& text : table) CHECK_MESSAGE(!read_address(text), text);
  // What a domain cannot hold is its plain form from the start.
  CHECK(read_address("ann@\uff45xample.com") == "ann@example.com");
  CHECK(read_address("ann@exa\u00admple.com") == "ann@example.com");  // SOFT HYPHEN
}

TEST_CASE("lengths are limited, each at its own length") {
  CHECK(read_address(std::string(64, 'a') + "@example.com"));
  CHECK_FALSE(read_address(std::string(65, 'a') + "@example.com"));
  CHECK(read_address("a@" + std::string(63, 'b') + ".com"));
  CHECK_FALSE(read_address("a@" + std::string(64, 'b') + ".com"));
  CHECK(read_address("a@" + domain_of(252)));
  CHECK_FALSE(read_address("a@" + domain_of(253)));
  CHECK(read_host(domain_of(253)));
  CHECK(read_host(domain_of(255)));
  CHECK_FALSE(read_host(domain_of(256)));
  // By what it becomes: 60 umlauts are more than 63 characters of punycode.
  CHECK_FALSE(read_address("a@" + repeated(60, "\u00fc\u00e4") + ".com"));
  CHECK_FALSE(read_host(repeated(513, "\u00fc")));
}

TEST_CASE("a mailbox is an address, with or without a name") {
  const std::vector<std::array<std::string, 3>> table{
      {"no-reply@example.com", "", "no-reply@example.com"},
      {"<no-reply@example.com>", "", "no-reply@example.com"},
      {"Example <no-reply@example.com>", "Example", "no-reply@example.com"},
      {"\"Doe, John\" <j@example.com>", "Doe, John", "j@example.com"},
      {"\"a \\\"b\\\" \\\\c\" <j@example.com>", "a \"b\" \\c", "j@example.com"},
      {"B\u00fccher & Co. <Info@B\u00fccher.example>", "B\u00fccher & Co.", "info@xn--bcher-kva.example"},
      {"ann@example.com <bob@example.com>", "ann@example.com", "bob@example.com"},
  };
  for (const auto& row : table) {
    const auto found = read_mailbox(row[0]);
    REQUIRE_MESSAGE(found, row[0]);
    CHECK(found->name == row[1]);
    CHECK(found->address == row[2]);
  }
  for (const char* text :
       {"", "Example", "Example <>", "Example <no-reply@example.com", "no-reply@example.com>",
        "\"Example <a@example.com>", "Ex\r\nample <a@example.com>", "Example <a@example.com>, b@c.d",
        "Ex\xff <a@example.com>"})
    CHECK_MESSAGE(!read_mailbox(text), text);
}
