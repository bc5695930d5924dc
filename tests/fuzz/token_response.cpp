// A token endpoint's answer (the status on the first line), and after a line "----" that of userinfo.
#include <charconv>

#include "provider.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::text(data, size);
  const std::string_view first = fuzz::take(rest);
  int status = 200;
  std::from_chars(first.data(), first.data() + first.size(), status);
  const std::string tokens(fuzz::take(rest, "\n----\n"));
  support::FakeClient client;
  support::FakeCache cache;
  fuzz::FixedRandom random;
  fuzz::FixedClock clock;
  client.on("https://op.example/token", status, tokens);
  client.on("https://op.example/userinfo", 200, std::string(rest));
  oauth::Documents documents(client, cache, clock);
  oauth::CallbackAnswer answer;
  answer.code = "c0de";
  const std::string why = fuzz::failure_of([&] {
    const oauth::Metadata metadata = oauth::metadata(fuzz::plain(), documents);
    const auto who = oauth::identify({client, random, clock}, documents, fuzz::plain(), metadata, answer, {},
                                     fuzz::callback);
    fuzz::require(status >= 200 && status < 300, "nobody is signed in by a refusal");
    fuzz::require(!who.tokens.access_token.empty() && !who.account_id.empty(), "whoever signs in has an id");
    fuzz::require(who.user.is_object() && who.account.is_object(), "a user is an object");
  });
  // Some providers repeat in their errors what was sent to them.
  fuzz::require(why.find(fuzz::secret) == std::string::npos, "a reason has no secret");
  return 0;
}
