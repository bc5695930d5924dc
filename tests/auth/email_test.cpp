// Signing in by a link in a mail, below HTTP.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "../store/scratch.hpp"
#include "auth/auth.hpp"

using namespace std::chrono_literals;
using model::Code;

namespace {

struct World {
  scratch::Sqlite database;
  std::unique_ptr<store::Store> store = database.open();
  base::Secret secret{"secret"};
  auth::SessionOptions session;
  base::Time now() const { return database.clock.time; }

  std::string ask(const std::string& address, auth::Seconds age = 24h) {
    return auth::new_verification_request(*store, address, age, secret, now(), crypto::system_random());
  }
  bool is_good(const std::string& address, const std::string& token) {
    return auth::is_verification_request(*store, address, token, secret, now());
  }
  bool use(const std::string& address, const std::string& token) {
    return auth::use_verification_request(*store, address, token, secret, now());
  }
  auth::SignedIn sign_in(const std::string& address, const auth::Visitor& visitor = {}) {
    return auth::sign_in_email(*store, {session, now(), crypto::system_random()}, visitor, address);
  }
  /// The visitor that this sign-in makes of a browser.
  auth::Visitor visitor(const auth::SignedIn& signed_in) {
    return {store->user(signed_in.user.text_of("id").value_or("")), signed_in.session->token};
  }
  bool is_alive(const auth::SignedIn& signed_in) {
    return store->session(signed_in.session->token).has_value();
  }
};

}  // namespace

TEST_CASE("a link is 32 random bytes in hex, of which the row keeps v3's hash") {
  World w;
  const std::string token = w.ask("ann@example.com");
  CHECK(token.size() == 64);
  CHECK(token != w.ask("ann@example.com"));
  CHECK(w.store->verification_request("ann@example.com", crypto::sha256_hex(token + "secret")));
  CHECK_FALSE(w.store->verification_request("ann@example.com", token));
}

TEST_CASE("a link that four use at once works once") {
  scratch::Sqlite database;
  const base::Secret secret{"secret"};
  for (int round = 0; round < 20; ++round) {
    const std::string token = auth::new_verification_request(*database.open(), "ann@example.com", 24h, secret,
                                                             database.clock.time, crypto::system_random());
    std::atomic<int> ready = 0, good = 0;
    std::vector<std::thread> people;
    for (int i = 0; i < 4; ++i)
      people.emplace_back([&] {
        const auto store = database.open();
        for (++ready; ready < 4;) std::this_thread::yield();
        if (auth::use_verification_request(*store, "ann@example.com", token, secret, database.clock.time))
          ++good;
      });
    for (std::thread& one : people) one.join();
    CHECK(good == 1);
  }
}

TEST_CASE("a link is good for its address, with its secret, until it is used") {
  World w;
  const std::string token = w.ask("ann@example.com");
  CHECK_FALSE(w.use("bob@example.com", token));
  CHECK_FALSE(w.use("ann@example.com", token + "0"));
  CHECK_FALSE(w.use("ann@example.com", crypto::sha256_hex(token + "secret")));
  CHECK_FALSE(
      auth::use_verification_request(*w.store, "ann@example.com", token, base::Secret("other"), w.now()));
  CHECK(w.is_good("ann@example.com", token));
  CHECK(w.is_good("ann@example.com", token));
  CHECK(w.use("ann@example.com", token));
  CHECK_FALSE(w.is_good("ann@example.com", token));
  CHECK_FALSE(w.use("ann@example.com", token));
}

TEST_CASE("a link is good to the end of its time and not a moment longer") {
  World w;
  const std::string used = w.ask("ann@example.com", 10min), looked_at = w.ask("ann@example.com", 10min);
  w.database.clock.time += 10min;
  CHECK(w.is_good("ann@example.com", looked_at));
  CHECK(w.use("ann@example.com", used));
  w.database.clock.time += 1ms;
  CHECK_FALSE(w.is_good("ann@example.com", looked_at));
  CHECK_FALSE(w.use("ann@example.com", looked_at));
  w.database.clock.time -= 1min;
  CHECK_FALSE(w.use("ann@example.com", looked_at));  // gone
}

TEST_CASE("of eight who use a link at the same moment one gets in") {
  World w;
  const std::string token = w.ask("ann@example.com");
  const base::Time now = w.now();
  CHECK(scratch::race(
            [&](store::Store& store) {
              return auth::use_verification_request(store, "ann@example.com", token, w.secret, now);
            },
            w.database) == 1);
}

TEST_CASE("whoever is new becomes a user with a verified address") {
  World w;
  const auth::SignedIn result = w.sign_in("ann@example.com");
  CHECK(result.is_new_user);
  REQUIRE(result.events.size() == 1);
  CHECK(result.events[0].name == "createUser");
  const auto user = w.store->user_by_email("ann@example.com");
  REQUIRE(user);
  CHECK(user->email_verified == w.now());
  CHECK_FALSE(user->name);
  CHECK(result.user == model::to_json(*user));
  CHECK(w.store->session(result.session->token)->user.id == user->id);
}

TEST_CASE("whoever is known stays who they are, and is verified") {
  World w;
  model::User ann = scratch::with_email("ann@example.com");
  ann.name = "Ann";
  ann.image = "https://example.com/ann.png";
  ann = w.store->create_user(ann);
  const auth::SignedIn result = w.sign_in("ann@example.com");
  CHECK_FALSE(result.is_new_user);
  REQUIRE(result.events.size() == 1);
  CHECK(result.events[0].name == "updateUser");
  const auto user = w.store->user(ann.id);
  CHECK(user->name == "Ann");
  CHECK(user->image == ann.image);
  CHECK(user->email_verified == w.now());
}

TEST_CASE("the browser's session ends when a known user signs in, and lives on when a new one does") {
  World w;
  w.sign_in("bob@example.com");
  const auth::SignedIn ann = w.sign_in("ann@example.com");
  const auth::SignedIn bob = w.sign_in("bob@example.com", w.visitor(ann));
  CHECK_FALSE(w.is_alive(ann));
  const auth::SignedIn bob_again = w.sign_in("bob@example.com", w.visitor(bob));
  CHECK_FALSE(w.is_alive(bob));
  const auth::SignedIn cleo = w.sign_in("cleo@example.com", w.visitor(bob_again));
  CHECK(w.is_alive(bob_again));
  CHECK(w.is_alive(cleo));
}

TEST_CASE("user and session are made together or not at all") {
  World w;
  scratch::sql(w.database.file,
               "CREATE TRIGGER full BEFORE INSERT ON sessions BEGIN SELECT RAISE(ABORT, 'no room'); END");
  CHECK_THROWS_AS(w.sign_in("ann@example.com"), store::StoreError);
  CHECK(scratch::sql(w.database.file, "SELECT count(*) FROM users") == "0\n");
}

TEST_CASE("with JWT sessions no session is stored") {
  World w;
  w.session.jwt = true;
  CHECK_FALSE(w.sign_in("ann@example.com").session);
  CHECK(scratch::sql(w.database.file, "SELECT count(*) FROM sessions") == "0\n");
}

TEST_CASE("eight first sign-ins at the same moment make one user") {
  World w;
  const base::Time now = w.now();
  const int news = scratch::race(
      [&](store::Store& store) {
        return auth::sign_in_email(store, {w.session, now, crypto::system_random()}, {}, "ann@example.com")
            .is_new_user;
      },
      w.database);
  CHECK(news == 1);
  CHECK(scratch::sql(w.database.file, "SELECT count(*) FROM users") == "1\n");
}
