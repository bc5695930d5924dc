// A database that NextAuth.js 3.29.10 made is taken over as it is.
#include <doctest/doctest.h>

#include <algorithm>

#include "scratch.hpp"

using namespace scratch;

namespace {

// As dumped by sqlite3, except for the second account: v3 writes a number beyond 2^31 like that.
const std::string v3_dump = R"(
CREATE TABLE IF NOT EXISTS "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar, "email" varchar, "email_verified" datetime, "image" varchar, "created_at" datetime NOT NULL DEFAULT (datetime('now')), "updated_at" datetime NOT NULL DEFAULT (datetime('now')), CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email"));
INSERT INTO users VALUES(1,'Ann','ann@example.com','2026-11-23 16:04:35.793',NULL,'2026-11-23 16:04:35','2026-11-23 16:04:35');
CREATE TABLE IF NOT EXISTS "accounts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "compound_id" varchar NOT NULL, "user_id" integer NOT NULL, "provider_type" varchar NOT NULL, "provider_id" varchar NOT NULL, "provider_account_id" varchar NOT NULL, "refresh_token" text, "access_token" text, "access_token_expires" datetime, "created_at" datetime NOT NULL DEFAULT (datetime('now')), "updated_at" datetime NOT NULL DEFAULT (datetime('now')), CONSTRAINT "UQ_95843cea26fc65b1a9d9b6e1d2b" UNIQUE ("compound_id"));
INSERT INTO accounts VALUES(1,'2db75fb4d7a8e3005aca09c643b4e6f40142ddcfc18c675509988c1b111d0dcf',1,'oauth','github','12345','r','a',NULL,'2026-11-23 16:04:35','2026-11-23 16:04:35');
INSERT INTO accounts VALUES(2,'2b7093d6a46b43b9e71eb148a363b82ff5aee297735d65cf5d6b903f354c471f',1,'oauth','github','3123456789.0','r','a',NULL,'2026-11-23 16:04:35','2026-11-23 16:04:35');
CREATE TABLE IF NOT EXISTS "sessions" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "user_id" integer NOT NULL, "expires" datetime NOT NULL, "session_token" varchar NOT NULL, "access_token" varchar NOT NULL, "created_at" datetime NOT NULL DEFAULT (datetime('now')), "updated_at" datetime NOT NULL DEFAULT (datetime('now')), CONSTRAINT "UQ_f10db2949bbea55b44f31108e1a" UNIQUE ("session_token"), CONSTRAINT "UQ_b02a7acc05fe8194bed8433cf25" UNIQUE ("access_token"));
INSERT INTO sessions VALUES(1,1,'2026-12-23 16:04:35.809','78476dba58f34eddcc33a2a2844b32f26ae3802dc036f8dd0a7f86ebc48c5486','27368417791f6ee0557fd8256d9eec93c04e805d3be2950a3991d2f4fafff528','2026-11-23 16:04:35','2026-11-23 16:04:35');
CREATE TABLE IF NOT EXISTS "verification_requests" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "identifier" varchar NOT NULL, "token" varchar NOT NULL, "expires" datetime NOT NULL, "created_at" datetime NOT NULL DEFAULT (datetime('now')), "updated_at" datetime NOT NULL DEFAULT (datetime('now')), CONSTRAINT "UQ_77287cef70a4627091ae6d19c4d" UNIQUE ("token"));
INSERT INTO verification_requests VALUES(1,'ann@example.com','71fa8de0fed210508f4cac62b05785d485126aae3400b89fc000abcf5b50d3fa','2026-11-24 16:04:35.816','2026-11-23 16:04:35','2026-11-23 16:04:35');
CREATE INDEX "userId" ON "accounts" ("user_id") ;
CREATE INDEX "providerId" ON "accounts" ("provider_id") ;
CREATE INDEX "providerAccountId" ON "accounts" ("provider_account_id") ;
)";
const std::string raw = "78476dba58f34eddcc33a2a2844b32f26ae3802dc036f8dd0a7f86ebc48c5486";
const std::string v3_objects =
    "name IN ('users','accounts','sessions','verification_requests','userId',"
    "'providerId','providerAccountId')";

/// A database that v3 left behind.
struct V3 : Sqlite {
  V3() { REQUIRE(sql(file, v3_dump) == ""); }
  std::string kept_token() const { return sql(file, "SELECT session_token FROM sessions"); }
};

}  // namespace

TEST_CASE("a new database has v3's tables to the letter") {
  const std::string question =
      "SELECT type, name, trim(sql) FROM sqlite_master WHERE " + v3_objects + " ORDER BY name";
  V3 v3;
  Sqlite ours;
  ours.open();
  CHECK(sql(ours.file, question) == sql(v3.file, question));
}

TEST_CASE("a v3 database keeps all its rows and tables") {
  V3 v3;
  const std::string rows =
      "SELECT * FROM users; SELECT * FROM accounts; SELECT * FROM sessions;"
      "SELECT * FROM verification_requests; SELECT sql FROM sqlite_master WHERE " +
      v3_objects;
  const std::string before = sql(v3.file, rows);
  v3.open();
  CHECK(sql(v3.file, rows) == before);
}

TEST_CASE("an older v3 database gets the index it lacks") {
  V3 v3;
  sql(v3.file, "DROP INDEX providerId");
  v3.open();
  CHECK(sql(v3.file, "SELECT count(*) FROM sqlite_master WHERE name = 'providerId'") == "1\n");
}

TEST_CASE("v3's users sign in with their accounts, large numbers too") {
  V3 v3;
  const auto store = v3.open();
  for (const char* account : {"12345", "3123456789"}) {
    const auto user = store->user_by_account("github", account);
    REQUIRE(user);
    CHECK(user->id == "1");
    CHECK(user->email_verified == base::parse_time("2026-11-23 16:04:35.793"));
    CHECK(user->created_at == base::parse_time("2026-11-23 16:04:35"));
  }
}

TEST_CASE("v3's sessions stay valid, and their tokens are hashed on first use") {
  V3 v3;
  const auto store = v3.open();
  for (int visit = 0; visit < 2; ++visit) {
    const auto found = store->session(raw);
    REQUIRE(found);
    CHECK(found->session.token == raw);
    CHECK(found->session.expires == base::parse_time("2026-12-23 16:04:35.809"));
    CHECK(found->user.email == "ann@example.com");
    CHECK(v3.kept_token() == "sha256:" + crypto::sha256_hex(raw) + "\n");
  }
}

TEST_CASE("a v3 session is found by all who ask for it first at once") {
  V3 v3;
  v3.open();
  CHECK(race([](store::Store& store) { return store.session(raw).has_value(); }, v3) == 8);
}

TEST_CASE("a v3 session can be renewed and ended before it was hashed") {
  V3 v3;
  const auto store = v3.open();
  store->renew_session(raw, v3.clock.time + 1h);
  CHECK(sql(v3.file, "SELECT expires FROM sessions") == "2026-11-23 17:00:00.123\n");
  store->delete_session(raw);
  CHECK(v3.kept_token() == "");
}

TEST_CASE("a raw token that looks like a hash is no way in") {
  V3 v3;
  sql(v3.file, "UPDATE sessions SET session_token = 'sha256:abc'");
  CHECK_FALSE(v3.open()->session("sha256:abc"));
}

TEST_CASE("v3's link in a mail still works, once") {
  V3 v3;
  const auto store = v3.open();
  const std::string hash = "71fa8de0fed210508f4cac62b05785d485126aae3400b89fc000abcf5b50d3fa";
  CHECK(store->verification_request("ann@example.com", hash)->expires ==
        base::parse_time("2026-11-24 16:04:35.816"));
  CHECK(store->take_verification_request("ann@example.com", hash));
  CHECK_FALSE(store->take_verification_request("ann@example.com", hash));
}

TEST_CASE("an expiry that cannot be read lies in the past") {
  V3 v3;
  sql(v3.file, "UPDATE sessions SET expires = 'soon'");
  CHECK(v3.open()->session(raw)->session.expires < v3.clock.time);
}

TEST_CASE("what we write has the form that v3 reads") {
  V3 v3;
  const auto store = v3.open();
  const std::string id = store->create_user(with_email("bob@example.com")).id;
  store->link_account({"github", "oauth", "7", {}, "access", v3.clock.time, id});
  CHECK(sql(v3.file, "SELECT * FROM users WHERE id = 2") ==
        "2|null|bob@example.com|null|null|2026-11-23 16:00:00.123|2026-11-23 16:00:00.123\n");
  CHECK(sql(v3.file, "SELECT * FROM accounts WHERE id = 3") ==
        "3|" + crypto::sha256_hex("github:7") +
            "|2|oauth|github|7|null|access|2026-11-23 16:00:00.123|"
            "2026-11-23 16:00:00.123|2026-11-23 16:00:00.123\n");
}
