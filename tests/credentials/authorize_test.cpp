#include "support.hpp"

using namespace credentials_test;

namespace {

struct Owner : hooks::Hooks {
  Json answer;
  Json asked;
  Json authorize(const Json& fields) override {
    asked = fields;
    return answer;
  }
};

}  // namespace

TEST_CASE("lua: without callbacks everybody is refused") {
  const World world;
  CHECK(world.ask(credentials::Lua{}, login("jane", "secret")).empty());
}

TEST_CASE("lua: the callbacks' authorize decides") {
  World world;
  Owner owner;
  const credentials::Parts parts{
      .client = *world.client, .hooks = owner, .log = world.log, .usual = world.usual};
  CHECK_FALSE(authorize(credentials::Lua{}, login("jane", "secret"), parts));
  CHECK(owner.asked == login("jane", "secret"));
  owner.answer = Json::object({{"id", 1}});
  CHECK(authorize(credentials::Lua{}, login("jane", "secret"), parts) == owner.answer);
  owner.answer = "jane";
  CHECK_THROWS_AS(authorize(credentials::Lua{}, login("jane", "secret"), parts), Unavailable);
}
