// How long a provider's documents are kept, and when they are fetched once more.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "../crypto/vectors.hpp"
#include "../support/fakes.hpp"

using namespace support;
using base::Json;
using oauth::Documents;

namespace {

const std::string url = "https://op.example/keys";

struct Kept {
  FakeClock clock;
  FakeClient client;
  FakeCache cache;
  Documents documents{client, cache, clock};

  explicit Kept(const http::Pairs& headers = {}) {
    client.on(url, [=](const http::Outgoing&) { return http::Answer{200, headers, R"({"n":1})"}; });
    documents.get(url);
  }
  /// Is it still kept after so long?
  bool kept_for(std::chrono::milliseconds time) {
    clock.advance(time);
    documents.get(url);
    return client.count(url) == 1;
  }
};

/// How long Cache-Control has a document kept: it is asked for a millisecond before and at that moment.
void check_kept(const char* control, base::Seconds lifetime) {
  CAPTURE(control);
  Kept kept(http::Pairs{{"cache-control", control}});
  CHECK(kept.kept_for(lifetime - 1ms));
  CHECK_FALSE(kept.kept_for(1ms));
}

std::string failure(const std::function<void()>& work) {
  try {
    work();
  } catch (const model::AuthError& error) {
    return std::string(model::name(error.code)) + ": " + error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("documents are kept as long as HTTP allows, within bounds") {
  check_kept("max-age=600", 600s);
  check_kept("public, Max-Age=600, must-revalidate", 600s);
  check_kept("max-age=59", Documents::least_lifetime);
  check_kept("max-age=0", Documents::least_lifetime);
  check_kept("max-age=-1", Documents::least_lifetime);
  check_kept("no-store", Documents::least_lifetime);
  check_kept("no-cache, max-age=600", Documents::least_lifetime);
  check_kept("max-age=86401", Documents::most_lifetime);
  check_kept("max-age=soon", Documents::default_lifetime);
  check_kept("max-age=99999999999999999999", Documents::default_lifetime);
  check_kept("private", Documents::default_lifetime);
}

TEST_CASE("a document without Cache-Control is kept for an hour") {
  Kept kept;
  CHECK(kept.kept_for(Documents::default_lifetime - 1ms));
  CHECK_FALSE(kept.kept_for(1ms));
}

TEST_CASE("another process finds the document in the database") {
  Kept first;
  Documents second(first.client, first.cache, first.clock);
  CHECK(*second.get(url) == Json::object({{"n", 1}}));
  CHECK(first.client.count(url) == 1);
}

TEST_CASE("a document from the future is not believed: the clock has gone back") {
  Kept first;
  first.clock.advance(-10s);
  Documents second(first.client, first.cache, first.clock);
  second.get(url);
  CHECK(first.client.count(url) == 2);
}

TEST_CASE("nor is it taken for what another process has fetched since") {
  Kept kept;
  kept.cache.documents[url].body = R"({"n":2})";
  kept.cache.documents[url].fetched = kept.clock.now() + 1s;
  CHECK(*kept.documents.get_again(url) == Json::object({{"n", 1}}));
  CHECK(kept.client.count(url) == 2);
}

TEST_CASE("a key set's keys are made once, and anew when it is fetched again") {
  Kept kept;
  const std::string set = "https://op.example/set";
  Json key = base::parse_json(vectors::p256_jwk);
  key.erase("d");
  key.set("kid", "one");
  const std::string body = base::to_json(Json::object({{"keys", Json::array({key})}}));
  kept.client.on(set, [=](const http::Outgoing&) { return http::Answer{200, {}, body}; });
  const auto first = kept.documents.keys(set, "one");
  REQUIRE(first.size() == 1);
  CHECK(&kept.documents.keys(set, {}).at(0).data() == &first[0].data());
  CHECK(kept.documents.keys(set, "other").empty());
  CHECK(kept.client.count(set) == 1);

  const auto again = kept.documents.keys_again(set, "one");
  REQUIRE(again.size() == 1);
  CHECK(&again[0].data() != &first[0].data());
  CHECK(&kept.documents.keys(set, "one").at(0).data() == &again[0].data());
  CHECK(kept.documents.keys_again(set, "one").empty());  // not twice within a minute
  CHECK(kept.client.count(set) == 2);
}

TEST_CASE("what is no key set has no keys") {
  Kept kept;
  CHECK_THROWS_WITH_AS(kept.documents.keys(url, {}), "no JWK set", crypto::Error);
}

TEST_CASE("a document is fetched again once a minute at most") {
  Kept kept;
  CHECK(kept.documents.get_again(url));
  CHECK(kept.client.count(url) == 2);
  kept.clock.advance(Documents::refetch_interval - 1ms);
  CHECK_FALSE(kept.documents.get_again(url));
  CHECK(kept.client.count(url) == 2);
  kept.clock.advance(1ms);
  CHECK(kept.documents.get_again(url));
  CHECK(kept.client.count(url) == 3);
}

TEST_CASE("once a minute holds for all processes together") {
  Kept first;
  Documents second(first.client, first.cache, first.clock);
  second.get(url);
  first.documents.get_again(url);
  second.get_again(url);
  CHECK(first.client.count(url) == 2);
}

TEST_CASE("what another process fetched again counts here too") {
  Kept first;
  Documents second(first.client, first.cache, first.clock);
  second.get(url);
  first.clock.advance(1s);
  first.client.on(url, Json::object({{"n", 2}}));
  first.documents.get_again(url);
  CHECK(*second.get_again(url) == Json::object({{"n", 2}}));
  CHECK(*second.get(url) == Json::object({{"n", 2}}));
  CHECK(first.client.count(url) == 2);
}

TEST_CASE("a failed second fetch leaves the document as it was, and waits its minute") {
  Kept kept;
  kept.client.off(url);
  CHECK(failure([&] { kept.documents.get_again(url); }) ==
        "OAuthCallback: https://op.example/keys: connection refused");
  CHECK_FALSE(kept.documents.get_again(url));
  CHECK(*kept.documents.get(url) == Json::object({{"n", 1}}));
}

TEST_CASE("what is no JSON object, or no success, is neither taken nor kept") {
  for (const auto& [status, body] :
       {std::pair{200, "[]"}, std::pair{200, "<html>"}, std::pair{200, ""}, std::pair{404, "{}"},
        std::pair{500, "{}"}, std::pair{204, "{}"}, std::pair{200, R"({"issuer":"a","issuer":"b"})"}}) {
    Kept kept;
    const std::string other = "https://op.example/other";
    kept.client.on(other, status, body);
    CHECK(failure([&] { kept.documents.get(other); }).starts_with("OAuthCallback: " + other + ": "));
    CHECK(kept.cache.documents.count(other) == 0);
  }
}

TEST_CASE("nesting is bounded") {
  Kept kept;
  const auto nested = [](int depth) {
    return std::string(R"({"a":)") + std::string(size_t(depth), '[') + std::string(size_t(depth), ']') + "}";
  };
  kept.client.on("https://op.example/15", 200, nested(15));
  kept.client.on("https://op.example/16", 200, nested(16));
  CHECK(kept.documents.get("https://op.example/15")->is_object());
  CHECK(failure([&] { kept.documents.get("https://op.example/16"); }) ==
        "OAuthCallback: https://op.example/16: no JSON object");
}

TEST_CASE("a provider that took a second to fail is not waited for again within five") {
  Kept kept;
  const std::string slow = "https://op.example/slow";
  const auto ask = [&](std::chrono::milliseconds takes) {
    kept.client.on(slow, [&kept, takes](const http::Outgoing& request) -> http::Answer {
      kept.clock.advance(takes);
      throw http::Unreachable(request.url + ": timed out");
    });
    return failure([&] { kept.documents.get(slow); });
  };
  const std::string why = "OAuthCallback: https://op.example/slow: timed out";
  for (int i = 1; i <= 3; ++i) {
    CHECK(ask(Documents::slow_failure - 1ms) == why);
    CHECK(kept.client.count(slow) == size_t(i));
  }
  CHECK(ask(Documents::slow_failure) == why);
  kept.clock.advance(Documents::failure_lifetime - 1ms);
  CHECK(ask(0ms) == why);
  CHECK(kept.client.count(slow) == 4);
  kept.clock.advance(1ms);
  CHECK(ask(0ms) == why);
  CHECK(kept.client.count(slow) == 5);
}

TEST_CASE("a provider that was slow is asked again when the clock has gone back") {
  Kept kept;
  const std::string slow = "https://op.example/slow";
  kept.client.on(slow, [&](const http::Outgoing&) -> http::Answer {
    kept.clock.advance(10s);
    throw http::Unreachable("timed out");
  });
  failure([&] { kept.documents.get(slow); });
  kept.clock.advance(-3600s);
  kept.client.on(slow, Json::object({{"n", 1}}));
  CHECK(*kept.documents.get(slow) == Json::object({{"n", 1}}));
}

TEST_CASE("of threads that miss a key at once, one fetches the document again") {
  Kept kept;
  std::atomic<int> fetched = 0;
  kept.client.on(url, [&](const http::Outgoing&) {
    ++fetched;
    return http::Answer{200, {}, R"({"n":2})"};
  });
  std::mutex one_client;  // the real one may be used by many
  struct Locked : http::Client {
    http::Client& inner;
    std::mutex& mutex;
    Locked(http::Client& client, std::mutex& lock) : inner(client), mutex(lock) {}
    http::Answer send(const http::Outgoing& request) override {
      const std::scoped_lock lock(mutex);
      return inner.send(request);
    }
  } client{kept.client, one_client};
  struct NoCache : oauth::DocumentCache {
    std::optional<oauth::Document> find(const std::string&) override { return {}; }
    void keep(const std::string&, const oauth::Document&) override {}
  } cache;
  Documents documents(client, cache, kept.clock);
  documents.get(url);
  fetched = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { documents.get_again(url); });
  for (std::thread& thread : threads) thread.join();
  CHECK(fetched == 1);
}
