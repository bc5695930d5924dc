#include "store/query.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "scratch.hpp"

using base::Json;
using store::BadParameter;
using store::query;
using store::StoreError;
using namespace scratch;

namespace {

struct People {
  Folder folder;
  std::string file = folder.file("people.db");
  store::Options options{"sqlite:" + file, 2s};

  People() {
    sql(file,
        "CREATE TABLE people (login TEXT, name TEXT, age INTEGER, height REAL, image TEXT, photo BLOB);"
        "INSERT INTO people VALUES ('ann', 'Ann Ä', 41, 1.75, NULL, x'ff'), ('ben', 'Ben', 30, 1.8, 'b.png', "
        "NULL)");
  }
  std::vector<Json> ask(const std::string& text, const Json& parameters = Json::object(),
                        const store::QueryLimits& limits = {}) const {
    return query(options, text, parameters, limits);
  }
  std::string problem(const std::string& text, const Json& parameters = Json::object(),
                      const store::QueryLimits& limits = {}) const {
    return error_of([&] { ask(text, parameters, limits); });
  }
};

const std::string no_select = "the statement must be a single SELECT, without anything after it";

}  // namespace

TEST_CASE("a SELECT gives rows as objects, in the order of its columns") {
  const People people;
  const auto rows =
      people.ask("SELECT login AS id, name, age, height, image FROM people WHERE login = :login",
                 Json::object({{"login", "ann"}}));
  REQUIRE(rows.size() == 1);
  CHECK(base::to_json(rows[0]) == R"({"id":"ann","name":"Ann Ä","age":41,"height":1.75,"image":null})");
  CHECK(people.ask("SELECT * FROM people WHERE login = :login", Json::object({{"login", "eve"}})).empty());
}

TEST_CASE("parameters are bound, never pasted") {
  const People people;
  const std::string text = "SELECT login FROM people WHERE login = :login";
  for (const char* attack : {"' OR 1=1 --", "ann'; DROP TABLE people; --", ":login", "\"ann\""})
    CHECK(people.ask(text, Json::object({{"login", attack}})).empty());
  CHECK(people.ask("SELECT login FROM people").size() == 2);
}

TEST_CASE("numbers, truth and null are bound as what they are") {
  const People people;
  const auto one = [&](const std::string& text, Json value) {
    return people.ask(text, Json::object({{"x", std::move(value)}})).size();
  };
  CHECK(one("SELECT 1 FROM people WHERE age = $x", 41) == 1);
  CHECK(one("SELECT 1 FROM people WHERE height = @x", 1.8) == 1);
  CHECK(one("SELECT 1 WHERE :x = 1", true) == 1);
  CHECK(one("SELECT 1 WHERE :x = 0", false) == 1);
  CHECK(one("SELECT 1 WHERE :x IS NULL", nullptr) == 1);
  CHECK(one("SELECT 1 WHERE length(:x) = 0", "") == 1);
}

TEST_CASE("a parameter without a value, and one that is no value, are refused") {
  const People people;
  const std::string text = "SELECT login FROM people WHERE login = :login";
  CHECK_THROWS_AS(people.ask(text), BadParameter);
  CHECK_THROWS_AS(people.ask(text, Json::object({{"Login", "ann"}})), BadParameter);
  CHECK_THROWS_AS(people.ask(text, Json::object({{"login", Json::array({"ann"})}})), BadParameter);
  CHECK_THROWS_AS(people.ask(text, Json::object({{"login", Json::object()}})), BadParameter);
  CHECK_THROWS_AS(people.ask("SELECT login FROM people WHERE login = ?", Json::object({{"", "ann"}})),
                  BadParameter);
}

TEST_CASE("nothing but a single SELECT is run") {
  const People people;
  for (const char* text :
       {"DELETE FROM people", "INSERT INTO people (login) VALUES ('x') RETURNING login",
        "PRAGMA user_version", "UPDATE people SET name = 'x' RETURNING name", "DROP TABLE people",
        "VALUES (1)", "", " ", "BEGIN", "SELECT 1; DELETE FROM people", "SELECT 1; SELECT 2",
        "EXPLAIN SELECT 1", "WITH x AS (SELECT 1) DELETE FROM people",
        "WITH x AS (SELECT 1) UPDATE people SET age = 1 RETURNING age"}) {
    CAPTURE(text);
    CHECK(people.problem(text) == no_select);
  }
  CHECK_FALSE(people.problem("ATTACH 'other.db' AS other").empty());
  CHECK(people.problem(std::string("SELECT 1\0; DELETE FROM people", 29)) != "");
  CHECK(people.ask("SELECT count(*) AS n FROM people")[0].find("n")->integer() == 2);
  CHECK(people.ask("  with x AS (SELECT 7 AS n) SELECT n FROM x ;\n")[0].find("n")->integer() == 7);
}

TEST_CASE("a statement's form is judged without a database, too") {
  for (const char* text : {"SELECT 1", "select\n1", "SELECT(1)", "WITH x AS (SELECT 1) SELECT * FROM x"})
    CHECK(store::select_problem(text).empty());
  for (const char* text : {"", "SELECTED", "DELETE FROM x", "PRAGMA x", "-- SELECT"})
    CHECK_FALSE(store::select_problem(text).empty());
}

TEST_CASE("what fails names the file and the reason, and no value") {
  const People people;
  const Json ann = Json::object({{"login", "the-password"}});
  const std::string why = people.problem("SELECT absent FROM people WHERE login = :login", ann);
  CHECK(why == people.file + ": no such column: absent");
  CHECK(people.problem("SELECT photo FROM people WHERE login = 'ann'") ==
        people.file + ": the column photo is no UTF-8");
  const store::Options missing{"sqlite:" + people.folder.file("none.db"), 2s};
  CHECK(error_of([&] { query(missing, "SELECT 1 FROM x", ann); }).find("none.db: unable to open") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(people.folder.file("none.db")));
}

TEST_CASE("as many rows as the limit are given, one more is refused") {
  const People people;
  CHECK(people.ask("SELECT login FROM people", Json::object(), {.rows = 2}).size() == 2);
  CHECK(people.problem("SELECT login FROM people", Json::object(), {.rows = 1}) ==
        people.file + ": the SELECT finds more than 1 rows");
}

TEST_CASE("a value as long as the limit is given, a longer one is refused") {
  const People people;
  sql(people.file,
      "INSERT INTO people (login, image) VALUES ('fits', printf('%1000s', '')), "
      "('large', printf('%1001s', ''))");
  const std::string text = "SELECT image FROM people WHERE login = ";
  CHECK(people.ask(text + "'fits'", Json::object(), {.bytes = 1000})[0].text_of("image")->size() == 1000);
  CHECK(people.problem(text + "'large'", Json::object(), {.bytes = 1000}) ==
        people.file + ": string or blob too big");
}

TEST_CASE("the values of a row are together as long as the limit at most") {
  const People people;
  const std::string half = "printf('%500s', '')";
  const std::string two = "SELECT " + half + " AS a, " + half + " AS b";
  CHECK(people.ask(two, Json::object(), {.bytes = 1000}).size() == 1);
  CHECK(people.problem(two + ", 'x' AS c", Json::object(), {.bytes = 1000}) ==
        people.file + ": the SELECT finds a row of more than 1000 bytes");
}

TEST_CASE("a SELECT that takes too long is ended") {
  const People people;
  const auto counting = [](const char* limit) {
    return std::string("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT ") + limit +
           ") SELECT max(x) AS x FROM n";
  };
  CHECK(people.ask(counting("1000"), Json::object(), {.time = 20s})[0].find("x")->integer() == 1000);
  CHECK(people.problem(counting("-1"), Json::object(), {.time = 50ms}) ==
        people.file + ": the SELECT takes longer than 50 ms");
}

TEST_CASE("a database in WAL mode is read while somebody writes") {
  const People people;
  sql(people.file, "PRAGMA journal_mode = WAL");
  sqlite3* writer = nullptr;
  sqlite3_open(people.file.c_str(), &writer);
  sqlite3_exec(writer, "BEGIN IMMEDIATE; DELETE FROM people", nullptr, nullptr, nullptr);
  CHECK(people.ask("SELECT login FROM people").size() == 2);
  sqlite3_close(writer);
}

TEST_CASE("change: one statement that alters rows, and gives those of RETURNING") {
  const scratch::Folder folder;
  const std::string file = folder.file("people.db");
  scratch::sql(file, "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)");
  const store::Options options{"sqlite:" + file, std::chrono::seconds(2)};
  const auto change = [&](const std::string& statement) {
    return base::to_json(
        base::Json(store::change(options, statement, base::Json::object({{"name", "Ann"}}))));
  };
  CHECK(change("INSERT INTO people (name) VALUES (:name) RETURNING id") == "[{\"id\":1}]");
  CHECK(change("UPDATE people SET name = :name || '!'") == "[]");
  CHECK(change("SELECT name FROM people") == "[{\"name\":\"Ann!\"}]");
  for (const std::string statement :
       {"DROP TABLE people", "CREATE TABLE more (id)", "PRAGMA journal_mode = OFF",
        "ATTACH ':memory:' AS other", "BEGIN", "VACUUM", "DELETE FROM people; DELETE FROM people", "",
        "EXPLAIN DELETE FROM people"})
    CHECK_THROWS_AS_MESSAGE(change(statement), store::StoreError, statement);
  CHECK(scratch::sql(file, "SELECT count(*) FROM people") == "1\n");
  CHECK_THROWS_AS(store::query(options, "DELETE FROM people", base::Json::object()), store::StoreError);
}
