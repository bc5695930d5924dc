#include "support.hpp"

using namespace credentials_test;
using credentials::Sql;

namespace {

struct People : World {
  std::string file = folder.file("people.db");
  Sql kind{"SELECT id, name, email, password FROM people WHERE login = :username",
           {"sqlite:" + file, std::chrono::seconds(2)}};

  explicit People(const std::string& hash = bcrypt) {
    scratch::sql(
        file,
        "CREATE TABLE people (id INTEGER PRIMARY KEY, login TEXT, name TEXT, email TEXT, password TEXT);"
        "INSERT INTO people VALUES (1, 'jane', 'Jane', 'jane@example.com', '" +
            hash +
            "'), (2, 'old', 'Old', NULL, 'secret'), (3, 'new', 'New', NULL, NULL),"
            "(4, 'twin', 'A', NULL, '" +
            hash + "'), (5, 'twin', 'B', NULL, '" + hash + "')");
  }
};

const std::string default_cost = "$2y$10$";

}  // namespace

TEST_CASE("sql: the row is the user, without its password") {
  const People people;
  CHECK(people.ask(people.kind, login("jane", "secret")) ==
        R"({"id":1,"name":"Jane","email":"jane@example.com"})");
}

TEST_CASE("sql: anything else is refused") {
  const People people;
  for (const Json& fields :
       {login("jane", "wrong"), login("jane", ""), login("eve", "secret"), login("' OR 1=1 --", "secret"),
        login("", "secret"), login("old", "secret"), login("new", "secret"), login("new", ""), Json::object(),
        Json::object({{"password", "secret"}}), Json::object({{"username", "jane"}}),
        Json::object({{"username", Json::array({"jane"})}, {"password", "secret"}}),
        Json::object({{"username", "jane"}, {"password", Json::array({"secret"})}}),
        login("jane", std::string("secret\0x", 8))}) {
    CAPTURE(base::to_json(fields));
    CHECK(people.ask(people.kind, fields).empty());
  }
}

TEST_CASE("sql: nobody has an empty password") {
  const std::string empty = "$1$salt$UsdFqFVB.FsuinRDK5eE..";  // openssl passwd -1 -salt salt ''
  const People people(empty);
  CHECK(people.ask(people.kind, login("jane", "")).empty());
}

TEST_CASE("sql: a column that holds no hash is in the log, its content is not") {
  const People people;
  people.ask(people.kind, login("old", "secret"));
  CHECK(people.logged().find("sql_password_unusable") != std::string::npos);
  CHECK(people.logged().find("secret") == std::string::npos);
}

TEST_CASE("sql: two rows, and a row without password, are the statement's fault") {
  const People people;
  CHECK_THROWS_AS(people.ask(people.kind, login("twin", "secret")), store::StoreError);
  Sql without = people.kind;
  without.statement = "SELECT id FROM people WHERE login = :username";
  CHECK(people.trouble(without, login("jane", "secret")) == "the SELECT has no column \"password\"");
}

TEST_CASE("sql: a database that is not there is no wrong password") {
  People people;
  people.kind.database.url = "sqlite:" + people.folder.file("gone.db");
  CHECK_THROWS_AS(people.ask(people.kind, login("jane", "secret")), store::StoreError);
}

TEST_CASE("sql: one password is compared, whether there is such a user or not") {
  People people(yescrypt);
  for (const char* name : {"jane", "eve", "old", "new"}) {
    people.ask(people.kind, login(name, "wrong"));
    REQUIRE(people.compared.size() == 1);
    CHECK(people.compared[0].starts_with("$y$j75$"));
    people.compared.clear();
  }
}

TEST_CASE("sql: before any hash was seen, unknown names cost bcrypt") {
  const People people(yescrypt);
  people.ask(people.kind, login("eve", "wrong"));
  REQUIRE(people.compared.size() == 1);
  CHECK(people.compared[0].starts_with(default_cost));
}

TEST_CASE("sql: what hashes cost is remembered in the database, for each statement apart") {
  const scratch::Sqlite database;
  store::Pool pool(database.options(), database.clock, database.log);
  const Sql one{"SELECT 1", {}};
  const Sql other{"SELECT 2", {}};
  credentials::UsualHash first(&pool);
  first.seen(one, bcrypt);
  CHECK(first.setting(one).starts_with("$2y$05$"));
  CHECK(first.setting(other).starts_with(default_cost));
  credentials::UsualHash second(&pool);
  CHECK(second.setting(one).starts_with("$2y$05$"));
  second.seen(one, yescrypt);
  CHECK(second.setting(one).starts_with("$y$j75$"));
  CHECK(credentials::UsualHash(&pool).setting(one).starts_with("$y$j75$"));
  const std::string rows = scratch::sql(database.file, "SELECT value FROM nextauth_settings");
  CHECK(rows.find("$y$j75$") != std::string::npos);
  CHECK(rows.find(yescrypt.substr(0, 20)) == std::string::npos);
}
