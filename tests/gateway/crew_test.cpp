#include "gateway/crew.hpp"

#include <doctest/doctest.h>

#include <system_error>

using gateway::Crew;

namespace {

/// A crew whose threads are only counted.
struct Counted {
  int threads = 2;
  int started = 0;
  bool host_refuses = false;
  Crew crew{threads, [this] {
              if (host_refuses)
                throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
              ++started;
            }};
  explicit Counted(int set = 2) : threads(set) { crew.start(); }
};

}  // namespace

TEST_CASE("a crew begins with two threads, or one if no more are set") {
  CHECK(Counted(1).started == 1);
  CHECK(Counted(2).started == 2);
  CHECK(Counted(8).started == 2);
}

TEST_CASE("another thread is started when all have something to do, up to as many as are set") {
  Counted counted(4);
  counted.crew.rest();
  counted.crew.rest();
  counted.crew.work();
  CHECK(counted.started == 2);
  counted.crew.work();
  CHECK(counted.started == 3);
  counted.crew.rest();
  counted.crew.work();
  CHECK(counted.started == 4);
  counted.crew.rest();
  counted.crew.work();
  CHECK(counted.started == 4);
  CHECK(counted.crew.stays());
}

TEST_CASE("nobody stands in for one who waits while another has nothing to do, but as soon as he has") {
  Counted counted;
  counted.crew.rest();
  counted.crew.began();
  CHECK(counted.started == 2);
  counted.crew.work();
  CHECK(counted.started == 3);
}

TEST_CASE("who stood in goes when nobody waits any more, and no other") {
  Counted counted;
  counted.crew.began();
  counted.crew.began();
  CHECK(counted.started == 4);
  CHECK(counted.crew.stays());
  counted.crew.ended();
  CHECK_FALSE(counted.crew.stays());
  CHECK(counted.crew.stays());
  counted.crew.ended();
  CHECK_FALSE(counted.crew.stays());
  CHECK(counted.crew.stays());
}

TEST_CASE("as many wait as may, one more is refused until another has ended") {
  Counted counted;
  for (int i = 0; i < 2 * Crew::waits_per_thread; ++i) CHECK_NOTHROW(counted.crew.began());
  CHECK(counted.started == 2 + 2 * Crew::waits_per_thread);
  CHECK_THROWS_AS(counted.crew.began(), base::Busy);
  counted.crew.ended();
  CHECK_NOTHROW(counted.crew.began());
}

TEST_CASE("a host that allows no more threads stops nobody from waiting") {
  Counted counted;
  counted.host_refuses = true;
  CHECK_NOTHROW(counted.crew.began());
  CHECK(counted.crew.stays());
  counted.host_refuses = false;
  counted.crew.began();
  CHECK(counted.started == 3);
}

TEST_CASE("a host that allows no more threads leaves the work to those that are there") {
  Counted counted(4);
  counted.host_refuses = true;
  counted.crew.rest();
  CHECK_NOTHROW(counted.crew.work());
  counted.host_refuses = false;
  counted.crew.rest();
  counted.crew.work();
  CHECK(counted.started == 3);
}

TEST_CASE("a crew that stops is left by all, and nobody stands in") {
  Counted counted;
  counted.crew.stop();
  counted.crew.began();
  CHECK(counted.started == 2);
  CHECK_FALSE(counted.crew.stays());
  CHECK_FALSE(counted.crew.empty());
  CHECK_FALSE(counted.crew.stays());
  CHECK(counted.crew.empty());
}

TEST_CASE("a wait within a wait is one, and none is told where nobody observes") {
  Counted counted;
  { const base::Waiting unobserved; }
  CHECK(counted.started == 2);
  const base::ObserveWaits observe(counted.crew);
  {
    const base::Waiting outer;
    const base::Waiting inner;
    CHECK(counted.started == 3);
  }
  { const base::Waiting next; }
  CHECK(counted.started == 3);
}

TEST_CASE("a wait that is refused leaves nothing behind") {
  Counted counted;
  const base::ObserveWaits observe(counted.crew);
  for (int i = 0; i < 2 * Crew::waits_per_thread; ++i) counted.crew.began();
  CHECK_THROWS_AS(base::Waiting(), base::Busy);
  counted.crew.ended();
  CHECK_NOTHROW(base::Waiting());
  CHECK_NOTHROW(counted.crew.began());
}
