#include <iostream>

#include "commands/output.hpp"
#include "commands/site.hpp"

namespace commands {
namespace {

constexpr size_t usual_batch = 1000;
constexpr size_t largest_batch = 100000;

void show(const store::Expired& rows, const std::string& verb) {
  std::cout << verb << " " << rows.sessions << " sessions, " << rows.verification_requests
            << " links in mails, " << rows.flows << " sign-ins under way, " << rows.rate_limits
            << " rate limits, " << rows.documents << " documents of providers\n";
}

base::Json to_json(const store::Expired& rows) {
  return base::Json::object({{"sessions", std::int64_t(rows.sessions)},
                             {"verificationRequests", std::int64_t(rows.verification_requests)},
                             {"flows", std::int64_t(rows.flows)},
                             {"rateLimits", std::int64_t(rows.rate_limits)},
                             {"documents", std::int64_t(rows.documents)},
                             {"total", std::int64_t(rows.total())}});
}

/// Each batch is a transaction of its own, so that requests get their turn.
store::Expired delete_all(store::Admin& admin, base::Time now, size_t batch) {
  const size_t all = admin.expired(now).total();
  store::Expired done;
  Progress progress("expired rows");
  for (;;) {
    const store::Expired gone = admin.delete_expired(now, batch);
    done += gone;
    if (gone.total() == 0) return done;
    progress.show(done.total(), all);
  }
}

int gc(const Call& call) {
  expect_arguments(call, 0, 0);
  const size_t batch = call.number("--batch", usual_batch, 1, largest_batch);
  const bool look = call.has("--dry-run");
  if (look) check_up_to_date(database_of(usable_config(call)));
  const Database database(call);
  const base::Time now = base::system_clock().now();
  const store::Expired rows = look ? database->expired(now) : delete_all(*database, now, batch);
  if (call.json())
    print(to_json(rows));
  else
    show(rows, look ? "expired:" : "deleted");
  return 0;
}

}  // namespace

Command gc_command() {
  return {
      .name = "gc",
      .arguments = "",
      .help = "delete what has expired from the database",
      .details =
          "Sign-ins delete a few expired rows now and then by themselves; this deletes all of them, from a\n"
          "cron job say. Requests are served meanwhile.",
      .examples = "gc --dry-run\ngc\ngc --batch 100 --json",
      .options = {{"--dry-run", "", "only count them"},
                  {"--batch", "N", "rows of each kind in one transaction (1000)"}},
      .words = {},
      .run = gc};
}

}  // namespace commands
