#include <doctest/doctest.h>

#include "every_store.hpp"

namespace {

model::Flow github_flow(base::Time expires) {
  return {"key", "github", "browser", "verifier", "nonce", "", "https://example.com/?a=1", expires};
}

}  // namespace

TEST_CASE_TEMPLATE("a sign-in under way is taken as it was saved, once", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->save_flow(github_flow(database.clock.time));
  const auto flow = store->take_flow("key");
  REQUIRE(flow);
  CHECK(flow->key_hash == "key");
  CHECK(flow->provider_id == "github");
  CHECK(flow->browser == "browser");
  CHECK(flow->code_verifier == "verifier");
  CHECK(flow->nonce == "nonce");
  CHECK(flow->request_token_secret == "");
  CHECK(flow->callback_url == "https://example.com/?a=1");
  CHECK(flow->expires == database.clock.time);
  CHECK_FALSE(store->take_flow("key"));
}

TEST_CASE_TEMPLATE("a sign-in of the same key replaces the former", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->save_flow(github_flow(database.clock.time));
  model::Flow second = github_flow(database.clock.time + 1h);
  second.request_token_secret = "secret";
  store->save_flow(second);
  const auto flow = store->take_flow("key");
  CHECK(flow->request_token_secret == "secret");
  CHECK(flow->expires == database.clock.time + 1h);
  CHECK_FALSE(store->take_flow("key"));
}

TEST_CASE_TEMPLATE("of eight who take a sign-in, one has it", Database, EVERY_STORE) {
  Database database;
  database.open()->save_flow(github_flow(database.clock.time));
  CHECK(race([](store::Store& store) { return store.take_flow("key").has_value(); }, database) == 1);
}

TEST_CASE_TEMPLATE("a link is found by address and token together", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->save_verification_request({"ann@example.com", "hash", database.clock.time});
  CHECK(store->verification_request("ann@example.com", "hash")->expires == database.clock.time);
  CHECK_FALSE(store->verification_request("bob@example.com", "hash"));
  CHECK_FALSE(store->verification_request("ann@example.com", "other"));
  CHECK_FALSE(store->take_verification_request("bob@example.com", "hash"));
  CHECK_FALSE(store->take_verification_request("ann@example.com", "other"));
  CHECK(store->take_verification_request("ann@example.com", "hash"));
}

TEST_CASE_TEMPLATE("a link works once, even if eight follow it", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  store->save_verification_request({"ann@example.com", "hash", database.clock.time});
  CHECK(race([](store::Store& s) { return s.take_verification_request("ann@example.com", "hash"); },
             database) == 1);
  CHECK_FALSE(store->verification_request("ann@example.com", "hash"));
}

TEST_CASE_TEMPLATE("a document is kept until a newer one comes", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  const std::string url = "https://op.example.com/jwks";
  const base::Time now = database.clock.time;
  CHECK_FALSE(store->document(url));
  store->save_document(url, {"{}", now, now + 1h});
  store->save_document(url, {"{\"keys\":[]}", now + 1min, now + 2h});
  const auto document = database.open()->document(url);
  CHECK(document->body == "{\"keys\":[]}");
  CHECK(document->fetched == now + 1min);
  CHECK(document->expires == now + 2h);
}

TEST_CASE_TEMPLATE("a setting is made once", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  CHECK(store->setting("secret", [] { return "first"; }) == "first");
  CHECK(store->setting("secret", [] { return "second"; }) == "first");
  CHECK(store->setting("other", [] { return ""; }) == "");
}

TEST_CASE_TEMPLATE("what is remembered is recalled until something else is", Kind, EVERY_STORE) {
  const Kind database;
  const auto store = database.open();
  CHECK_FALSE(store->recall("cost"));
  store->remember("cost", "5");
  CHECK(store->recall("cost") == "5");
  store->remember("cost", "12");
  CHECK(database.open()->recall("cost") == "12");
  CHECK_FALSE(store->recall("other"));
}

TEST_CASE_TEMPLATE("eight who make a setting agree on one", Database, EVERY_STORE) {
  Database database;
  database.open();
  std::atomic<int> next = 0;
  std::atomic<int> agreed = 0;
  race(
      [&](store::Store& store) {
        const std::string mine = std::to_string(++next);
        return store.setting("secret", [&] { return mine; }) == mine && ++agreed;
      },
      database);
  CHECK(agreed == 1);
}

TEST_CASE_TEMPLATE("expired links and sign-ins go in batches, documents stay", Database, EVERY_STORE) {
  Database database;
  const auto store = database.open();
  const base::Time past = database.clock.time - 1h;
  for (const char* key : {"a", "b", "c"}) {
    model::Flow flow = github_flow(past);
    flow.key_hash = key;
    store->save_flow(flow);
    store->save_verification_request({"ann@example.com", key, past});
  }
  store->save_flow(github_flow(database.clock.time + 1h));
  store->save_document("https://op.example.com", {"{}", past, past});
  CHECK(store->delete_expired(database.clock.time, 2) == 4);
  CHECK(store->delete_expired(database.clock.time, 2) == 2);
  CHECK(store->take_flow("key"));
  CHECK(store->document("https://op.example.com"));
}
