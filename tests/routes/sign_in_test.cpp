#include "../support/world.hpp"

using namespace support;

TEST_CASE("signing in ends at the callback URL with a session") {
  World w;
  CHECK(w.sign_in("op", {{"callbackUrl", "/members?page=2"}}).location ==
        "https://example.com/members?page=2");
  const Json session = w.session();
  CHECK(session.find("user")->text_of("name") == "Ann");
  CHECK(session.find("user")->text_of("email") == "ann@example.com");
  CHECK(w.hooks.event_names() == "createUser linkAccount signIn session");
}
