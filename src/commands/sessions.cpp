#include <iostream>

#include "base/nearest.hpp"
#include "commands/output.hpp"
#include "commands/site.hpp"

namespace commands {
namespace {

base::Json to_json(const store::ListedSession& session, base::Time now) {
  return base::Json::object(
      {{"id", session.id},
       {"userId", session.user_id},
       {"email", session.email},
       {"createdAt", session.created_at ? base::Json(base::iso8601(*session.created_at)) : base::Json()},
       {"expires", base::iso8601(session.expires)},
       {"expired", session.expires <= now}});
}

void show(const store::ListedSession& session, base::Time now) {
  std::cout << session.id << "\t" << session.user_id << "\t" << shown(session.email) << "\t"
            << (session.expires <= now ? "expired " : "until ") << base::iso8601(session.expires) << "\n";
}

int list_sessions(const Call& call, store::Admin& admin) {
  std::optional<std::string> user;
  if (const auto who = call.value("--user")) user = find_user(admin, *who).id;
  const base::Time now = base::system_clock().now();
  std::optional<JsonList> json;
  if (call.json()) json.emplace();
  std::string after;
  for (;;) {
    const auto sessions = admin.sessions(user, after, page);
    if (sessions.empty()) break;
    for (const store::ListedSession& session : sessions) {
      if (json)
        json->add(to_json(session, now));
      else
        show(session, now);
    }
    after = sessions.back().id;
  }
  if (json) json->end();
  return 0;
}

int revoke(const Call& call, store::Admin& admin) {
  size_t gone = 0;
  if (const auto who = call.value("--user")) {
    gone = admin.revoke_sessions_of(find_user(admin, *who).id);
  } else {
    if (!admin.revoke_session(call.arguments[1])) throw Failure("there is no session " + call.arguments[1]);
    gone = 1;
  }
  if (call.json())
    print(base::Json::object({{"revoked", std::int64_t(gone)}}));
  else
    std::cout << "revoked " << gone << (gone == 1 ? " session\n" : " sessions\n");
  return 0;
}

int sessions(const Call& call) {
  const std::string what = call.arguments.empty() ? "list" : call.arguments[0];
  if (what != "list" && what != "revoke")
    throw Misuse("there is no \"" + what + "\"" + base::did_you_mean(what, {"list", "revoke"}));
  if (what == "revoke" && call.has("--user") == (call.arguments.size() > 1))
    throw Misuse("revoke needs the id of a session, or --user WHO");
  expect_arguments(call, 0, what == "revoke" ? 2 : 1);
  const config::Config config = usable_config(call);
  if (config.routes.session.jwt)
    throw Failure(
        "sessions are JWTs here: nothing is stored of them, and none can be revoked alone; "
        "a new \"secret\" ends them all");
  const Database database(call);
  return what == "revoke" ? revoke(call, *database) : list_sessions(call, *database);
}

}  // namespace

Command sessions_command() {
  return {
      .name = "sessions",
      .arguments = "[list | revoke [ID]]",
      .help = "list sessions; revoke one, or all of a user",
      .details =
          "A line of the list is the session's id, the user's id and address, and when it ends, with tabs\n"
          "between them. Revoking counts at the next request. WHO is an id or an address.",
      .examples =
          "sessions\nsessions list --user ann@example.com\nsessions revoke 1\nsessions revoke --user 1",
      .options = {{"--user", "WHO", "those of this user"}},
      .words = {"list", "revoke"},
      .run = sessions};
}

}  // namespace commands
