// Host names: found in time or not at all.
#include "http/lookup.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "../support/loopback_server.hpp"
#include "http/client.hpp"

using namespace std::chrono_literals;
using http::Lookups;

namespace {

using Names = std::vector<std::string>;

Lookups::Deadline in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

/// A name server that is silent until it is let go.
class Silent {
 public:
  ~Silent() { speak(); }
  Lookups::Resolver resolver() {
    return [state = state_](const std::string&) {
      std::unique_lock lock(state->mutex);
      state->changed.wait(lock, [&] { return state->speaks; });
      return Names{"192.0.2.1"};
    };
  }
  void speak() {
    const std::scoped_lock lock(state_->mutex);
    state_->speaks = true;
    state_->changed.notify_all();
  }

 private:
  struct State {  // look-ups that are left behind outlive the test
    std::mutex mutex;
    std::condition_variable changed;
    bool speaks = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

std::string failure(const Lookups& lookups, Lookups::Deadline deadline = in(0ms)) {
  try {
    lookups.addresses("op.example", deadline);
    return "found";
  } catch (const http::Unreachable& error) {
    return error.what();
  }
}

const std::string too_late = "the host name was not found in time";

}  // namespace

TEST_CASE("a name has its addresses in order, or none") {
  const Lookups lookups([](const std::string& host) {
    return host == "op.example" ? Names{"2001:db8::1", "192.0.2.1"} : Names{};
  });
  CHECK(lookups.addresses("op.example", in(5s)) == Names{"2001:db8::1", "192.0.2.1"});
  CHECK(lookups.addresses("unknown.example", in(5s)).empty());
}

TEST_CASE("an address is not looked up") {
  const Lookups lookups([](const std::string&) { return Names{"192.0.2.9"}; });
  for (const char* address : {"127.0.0.1", "::1", "2001:db8::1"})
    CHECK(lookups.addresses(address, in(0ms)) == Names{address});
}

TEST_CASE("the system knows this machine") {
  for (const std::string& address : Lookups().addresses("localhost", in(5s)))
    CHECK((address == "127.0.0.1" || address == "::1"));
  CHECK_FALSE(Lookups().addresses("localhost", in(5s)).empty());
}

TEST_CASE("a silent name server is waited for until the deadline, and no longer") {
  Silent server;
  const Lookups lookups(server.resolver());
  const auto began = std::chrono::steady_clock::now();
  CHECK(failure(lookups, began + 100ms) == too_late);
  CHECK(std::chrono::steady_clock::now() - began >= 100ms);
  CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("so many look-ups are left behind, and no more are begun until they end") {
  Silent server;
  const Lookups lookups(server.resolver());
  for (int i = 0; i < Lookups::limit; ++i) CHECK(failure(lookups) == too_late);
  CHECK(failure(lookups) == "too many host names are being looked up");
  server.speak();
  while (failure(lookups, in(5s)) != "found") std::this_thread::yield();
}

TEST_CASE("a request finds its server by name") {
  const support::LoopbackServer server(
      [](const std::string&) { return support::LoopbackServer::Sending{support::http_answer("text")}; });
  std::string url = server.url("/");
  url.replace(url.find("127.0.0.1"), 9, "localhost");
  const auto client = http::make_client({.connect_timeout = 5s, .total_timeout = 5s});
  CHECK(client->send({.url = url}).body == "text");
}
