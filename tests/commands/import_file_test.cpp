#include "commands/import_file.hpp"

#include <doctest/doctest.h>

using commands::ImportFile;

namespace {

const base::Time now = base::parse_time("2026-11-23 16:00:00").value();

commands::ImportRules rules(bool json) {
  return {.json = json, .ignore_unknown = false, .now = now, .provider_problem = [](const std::string& id) {
            return id == "github" ? "" : "\"" + id + "\" is unknown";
          }};
}

ImportFile csv(const std::string& text) { return commands::read_import(text, rules(false)); }
ImportFile json(const std::string& text) { return commands::read_import(text, rules(true)); }

using Lines = std::vector<std::string>;

Lines problems(const ImportFile& file) {
  Lines all;
  for (const commands::ImportProblem& problem : file.problems)
    all.push_back(std::to_string(problem.line) + ": " + problem.message);
  return all;
}

}  // namespace

TEST_CASE("users of a table: every column, and none but what is there") {
  const ImportFile file =
      csv("name,email,id,emailVerified,image,provider,provider_account_id\n"
          "Ann,Ann@Example.com,7,2026-01-02T03:04:05Z,https://example.com/a.png,github,12\n"
          ",bob@example.com,,,,,\n");
  CHECK(problems(file).empty());
  REQUIRE(file.users.size() == 2);
  const commands::Imported& ann = file.users[0];
  CHECK(ann.line == 2);
  CHECK(ann.user.id == "7");
  CHECK(ann.user.name == "Ann");
  CHECK(ann.user.email == "ann@example.com");
  CHECK(ann.user.email_verified == base::parse_time("2026-01-02 03:04:05"));
  CHECK(ann.user.image == "https://example.com/a.png");
  REQUIRE(ann.accounts.size() == 1);
  CHECK(ann.accounts[0].provider_id == "github");
  CHECK(ann.accounts[0].provider_type == "oauth");
  CHECK(ann.accounts[0].provider_account_id == "12");
  const commands::Imported& bob = file.users[1];
  CHECK(bob.user.id == "");
  CHECK_FALSE(bob.user.name);
  CHECK_FALSE(bob.user.email_verified);
  CHECK(bob.accounts.empty());
}

TEST_CASE("users of a list: accounts too, numbers as ids, and each knows its line") {
  const ImportFile file = json(
      "{ \"users\": [\n"
      "{ \"id\": 7, \"email\": \"ann@example.com\", \"email_verified\": true, \"name\": null,\n"
      "  \"accounts\": [{\"provider\": \"github\", \"providerAccountId\": 12},\n"
      "               {\"provider\": \"github\", \"providerAccountId\": \"13\"}] },\n"
      "{ \"provider\": \"github\", \"providerAccountId\": \"14\", \"email_verified\": false }]}");
  CHECK(problems(file).empty());
  REQUIRE(file.users.size() == 2);
  CHECK(file.users[0].user.id == "7");
  CHECK(file.users[0].user.email_verified == now);
  REQUIRE(file.users[0].accounts.size() == 2);
  CHECK(file.users[0].accounts[0].provider_account_id == "12");
  CHECK(file.users[1].line == 5);
  CHECK(file.users[1].accounts[0].provider_account_id == "14");
  CHECK(json("[]").users.empty());
}

TEST_CASE("every problem of a table is told of at once, with its line") {
  CHECK(problems(csv("id,nmae,email,email_verified,image,provider,providerAccountId\n"
                     "0,,ann@,soon,javascript:x,gitlab,1\n"
                     "-1,,,,,github,\n"
                     "1.5,a\x01,a@example.com,,,,\n"
                     ",,,,,,\n"
                     "only,two\n")) ==
        Lines{"1: unknown column \"nmae\" (did you mean \"name\"?)",
              "2: id: must be a whole number above 0; leave it out where a new one will do",
              "2: email: \"ann@\" is no address",
              "2: email_verified: must be true, false or a date as 2026-11-23T15:56:56Z",
              "2: image: must be an http(s) URL or a path", "2: provider: \"gitlab\" is unknown",
              "3: id: must be a whole number above 0; leave it out where a new one will do",
              "3: an account needs both provider and providerAccountId",
              "4: id: must be a whole number above 0; leave it out where a new one will do",
              "5: neither an address nor an account: this user could never sign in",
              "6: 2 cells, but there are 7 columns"});
  CHECK(problems(csv("name,name\n")) == Lines{"1: the column \"name\" is there twice"});
  CHECK(problems(csv("")) == Lines{"1: empty: the first line must name the columns"});
  CHECK(problems(csv("name\n\"a")) == Lines{"2: a quote is never closed"});
  CHECK(problems(csv("name\n\xff")) == Lines{"1: no UTF-8"});
}

TEST_CASE("every problem of a list is told of at once, with its line") {
  CHECK(problems(json("[7,\n{\"emial\": \"a@example.com\"},\n{\"email\": 7},\n"
                      "{\"accounts\": {}},\n{\"accounts\": [7, {\"provider\": \"github\", \"id\": 1}]}]")) ==
        Lines{"1: must be an object: { \"email\": … }",
              "2: unknown member \"emial\" (did you mean \"email\"?)",
              "2: neither an address nor an account: this user could never sign in",
              "3: email: must be a text", "4: accounts: must be a list",
              "5: accounts: must be objects: { \"provider\": …, \"providerAccountId\": … }",
              "5: unknown member of accounts \"id\"",
              "5: an account needs both provider and providerAccountId"});
  CHECK(problems(json("7")) ==
        Lines{"1: must be a list of users, or an object with such a list as \"users\""});
  REQUIRE(problems(json("[\n{,}]")).size() == 1);
  CHECK(problems(json("[\n{,}]"))[0].starts_with("2: no valid JSON: "));
}

TEST_CASE("a text may have 2,048 bytes and not one more") {
  const auto with_name = [](size_t bytes) {
    return problems(csv("name,email\n" + std::string(bytes, 'a') + ",a@example.com\n"));
  };
  CHECK(with_name(2048).empty());
  CHECK(with_name(2049) == Lines{"2: name: longer than 2048 bytes"});
}

TEST_CASE("lines of one id are one user, and nobody is joined by the address alone") {
  const std::string header = "id,email,provider,providerAccountId\n";
  const ImportFile one = csv(header + "7,a@example.com,github,1\n7,a@example.com,github,2\n");
  CHECK(problems(one).empty());
  REQUIRE(one.users.size() == 1);
  CHECK(one.users[0].accounts.size() == 2);
  CHECK(problems(csv(header + ",a@example.com,github,1\n,A@example.com,github,2\n")) ==
        Lines{"3: a@example.com is on line 2 already; lines of one user need the same id"});
  CHECK(problems(csv(header + "7,a@example.com,,\n7,b@example.com,github,2\n")) ==
        Lines{"3: the id 7 is on line 2 already, with another name or address, or no account is new here"});
  CHECK(problems(csv(header + "7,a@example.com,github,1\n8,b@example.com,github,1\n")) ==
        Lines{"3: the account github 1 is on line 2 already"});
}

TEST_CASE("other columns can be left alone on demand") {
  commands::ImportRules lenient = rules(false);
  lenient.ignore_unknown = true;
  const ImportFile file = commands::read_import("email,phone\na@example.com,123\n", lenient);
  CHECK(problems(file).empty());
  CHECK(file.users.size() == 1);
}
