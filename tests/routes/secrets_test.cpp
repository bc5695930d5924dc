// What is in the log of whole sign-ins, the good ones and the bad: nothing that anybody could use.
#include <algorithm>

#include "../support/world.hpp"
#include "base/text.hpp"

using namespace support;

namespace {

/// Everything secret that this site and browser have seen so far.
class Secrets {
 public:
  explicit Secrets(World& world) : world_(world) {}

  void add(const std::string& text) {
    if (text.size() >= 6) seen_.push_back(text);
  }
  void look() {
    for (const auto& [name, value] : world_.browser.cookies) {
      const std::string text = http::decode(value).value_or(value);
      add(name.find("callback-url") == std::string::npos ? text : "");
      for (const std::string_view part : base::split(text, '|'))
        if (name.find("csrf") != std::string::npos) add(std::string(part));
    }
    for (const std::string& text :
         {world_.op.access_token, world_.op.refresh_token, world_.op.last_code, world_.op.last_id_token,
          world_.op.last_code_verifier, std::string(world_.op.client_secret),
          std::string(world_.secret.reveal())})
      add(text);
  }
  void look_at(const Reply& started) {
    const auto url = http::parse_url(started.location);
    if (!url) return;
    for (const auto& [name, value] : http::parse_form(url->query, 100))
      if (name == "state" || name == "nonce" || name == "code_challenge") add(value);
  }
  void check_log() {
    look();
    CHECK(seen_.size() > 8);
    const std::string log = world_.log_text();
    CHECK_FALSE(log.empty());
    for (const std::string& secret : seen_) CHECK_MESSAGE(log.find(secret) == std::string::npos, secret);
  }

 private:
  World& world_;
  std::vector<std::string> seen_;
};

/// A whole visit, with the provider bent like this.
void check_visit(const Setup& setup, const std::function<void(World&)>& bend) {
  World w(setup);
  bend(w);
  Secrets secrets(w);
  w.get("/signin");
  const Reply started = w.start();
  secrets.look_at(started);
  secrets.look();
  if (started.location.starts_with("https://op.example/")) {
    const std::string back = w.browser.approve(started);
    w.get(back);
    secrets.look();
    w.get(back);  // once more
    w.get(back + "&state=again");
    w.browser.post_from_elsewhere(back, {});
  }
  w.session();
  secrets.look();
  w.browser.sign_out();
  w.browser.cookies["__Secure-next-auth.session-token"] = "stolen-t0ken";
  secrets.look();
  w.session();
  secrets.check_log();
}

void break_all(World& w) {
  w.hooks.on_event = [](std::string_view) { throw hooks::Thrown("broken"); };
}

void repeat_request(World& w) {
  w.client.on("https://op.example/token", [](const http::Outgoing& request) {
    std::string all = request.body;
    for (const auto& [name, value] : request.headers) all.append(" ").append(value);
    return http::Answer{
        400, {}, base::to_json(Json::object({{"error", "oops"}, {"error_description", all}}))};
  });
}

}  // namespace

TEST_CASE("a sign-in that succeeds leaves no secret in the log") {
  for (const bool database : {true, false})
    for (const bool jwt : {true, false})
      for (const bool json : {true, false})
        check_visit({.database = database, .jwt = jwt, .json_log = json}, break_all);
}

TEST_CASE("a sign-in that fails leaves no secret in the log") {
  const Setup from_userinfo{.op = Json::object({{"idToken", false}})};
  const std::vector<std::function<void(World&)>> failures{
      [](World& w) { w.client.off("https://op.example/token", "timed out"); },
      [](World& w) { w.client.off("https://op.example/.well-known/openid-configuration"); },
      [](World& w) { w.client.off("https://op.example/keys"); },
      [](World& w) { w.client.off("https://op.example/userinfo"); },
      [](World& w) { w.client.on("https://op.example/userinfo", 200, "access-t0ken"); },
      [](World& w) { w.client.on("https://op.example/token", 200, "access-t0ken"); },
      [](World& w) { w.client.on("https://op.example/token", 200, "{\"access-t0ken\""); },
      [](World& w) { w.op.in_claims = [](Json& claims) { claims.set("nonce", "another"); }; },
      [](World& w) { w.op.in_claims = [](Json& claims) { claims.erase("sub"); }; },
      [](World& w) { w.op.key = new_ec_key("k1"); },
      [](World& w) { w.op.in_answer = [](http::Pairs& p) { p.emplace_back("error", "access_denied"); }; },
      [](World& w) { w.op.in_answer = [](http::Pairs& p) { http::put(p, "state", "a.b"); }; },
      [](World& w) { w.sql("DROP TABLE sessions"); },
      [](World& w) { w.sql("DROP TABLE oauth_states"); },
      repeat_request};
  for (const auto& bend : failures) {
    check_visit({}, bend);
    check_visit(from_userinfo, bend);
  }
}

TEST_CASE("what a client reports is marked as the client's, bounded and escaped") {
  World w;
  CHECK(w.post("/_log", {{"level", "error"}, {"code", "CLIENT\nforged"}, {"message", std::string(5000, 'x')}})
            .body.empty());
  const std::string line = w.log.back();
  CHECK(line.starts_with(
      "2026-11-23T16:00:00.000Z error client_error client_code=\"CLIENT\\x0aforged\" message=xxx"));
  CHECK(line.size() < 1200);
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
}

TEST_CASE("of what a client reports 64 bytes of the code are kept, and 1000 of the message") {
  World w;
  w.post("/_log", {{"code", std::string(500, 'c')}, {"message", std::string(1001, 'm')}});
  CHECK(w.logged("client_code=" + std::string(64, 'c') + " message=" + std::string(1000, 'm') + "\n"));
}

TEST_CASE("a client chooses the level among v3's, and cannot hide as another code") {
  World w;
  for (const auto& [level, shown] :
       {std::pair{"warn", " warn "}, std::pair{"debug", " debug "}, std::pair{"fatal", " error "}}) {
    CHECK(w.post("/_log", {{"level", level}}).status == 200);
    CHECK(w.log.back().find(std::string(shown) + "client_error client_code=CLIENT_ERROR") !=
          std::string::npos);
  }
}

TEST_CASE("debug names what came from the provider, not what it says") {
  World w;
  w.sign_in();
  CHECK(w.logged("debug oauth_token_response provider="));
  CHECK(w.logged("debug profile_data provider="));
  CHECK(w.logged("access_token"));
}
