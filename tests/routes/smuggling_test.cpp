// Parameters in places, numbers and shapes that nobody asked for; cookies that somebody else has set.
#include "../support/hostile_site.hpp"

using namespace support;

namespace {

const std::string session_name = "__Secure-next-auth.session-token";
const std::string csrf_name = "__Host-next-auth.csrf-token";

Reply send(World& w, const std::string& method, const std::string& where, const std::string& cookies,
           const http::Pairs& form = {}) {
  http::Request request = w.request(method, where);
  request.cookie = cookies;
  request.content_type = "application/x-www-form-urlencoded";
  request.body = http::encode_query(form);
  return w.answer(request);
}

const std::vector<Json> no_texts{Json(),
                                 Json(7),
                                 Json(true),
                                 Json::array(),
                                 Json::array({"x"}),
                                 Json::object(),
                                 Json::object({{"$ne", nullptr}}),
                                 Json::array({Json::array({"x"})})};

}  // namespace

TEST_CASE("json=true counts once, by that name, in the body") {
  HostileSite w;
  const std::string csrf = w.browser.csrf();
  const auto status = [&](const http::Pairs& more, const std::string& query = "") {
    http::Pairs form{{"csrfToken", csrf}};
    form.insert(form.end(), more.begin(), more.end());
    return w.post("/signin/op" + query, form).status;
  };
  CHECK(status({{"json", "true"}}) == 200);
  CHECK(status({{"json[]", "true"}}) == 302);
  CHECK(status({{"json[0]", "true"}}) == 302);
  CHECK(status({{"json.x", "true"}}) == 302);
  CHECK(status({{"json", "true"}, {"json", "true"}}) == 302);
  CHECK(status({{"JSON", "true"}}) == 302);
  CHECK(status({}, "?json=true") == 302);
}

TEST_CASE("a CSRF token of any other shape than text is none") {
  HostileSite w;
  const std::string csrf = w.browser.csrf();
  std::vector<Json> shapes = no_texts;
  shapes.push_back(Json::array({csrf}));
  shapes.push_back(Json::object({{"0", csrf}}));
  for (const Json& shape : shapes)
    for (const char* route :
         {"/signin/op", "/signin/email", "/signout", "/callback/staff", "/callback/email"})
      CHECK(w.browser.post_json(route, Json::object({{"csrfToken", shape}, {"email", "a@example.com"}}))
                .location.ends_with("?csrf=true"));
  CHECK(w.post("/signin/op", {{"csrfToken[]", csrf}}).location == w.root() + "/signin?csrf=true");
  CHECK(w.post("/signin/op", {{"csrfToken", csrf}, {"csrfToken", "x"}}).location ==
        w.root() + "/signin?csrf=true");
}

TEST_CASE("fields of any other shape than text are none") {
  HostileSite w;
  for (const Json& shape : no_texts) {
    CAPTURE(base::to_json(shape));
    const auto with = [&](const char* name) {
      return Json::object({{"csrfToken", w.browser.csrf()}, {name, shape}});
    };
    CHECK(w.browser.post_json("/signin/email", with("email")).location == w.error("EmailSignin"));
    CHECK(w.browser.post_json("/callback/email", with("token")).location == w.error("Verification"));
    CHECK(w.browser.post_json("/signin/op", with("callbackUrl")).location.starts_with("https://op.example/"));
    CHECK(w.browser.post_json("/callback/staff", with("password")).location ==
          w.error("CredentialsSignin") + "&provider=staff");
    CHECK(w.browser.post_json("/_log", with("message")).status == 200);
  }
}

TEST_CASE("an address or a token that comes twice is neither") {
  HostileSite w;
  const std::string link = w.link_for("ann@example.com");
  const std::string token = link.substr(link.find("token=") + 6);
  CHECK(w.get(link + "&email=other%40example.com").location == w.error("Verification"));
  CHECK(w.get(link + "&token=" + token).location == w.error("Verification"));
  CHECK(w.follow_link(link, {{"email", "ann@example.com"}}).location == w.error("Verification"));
  CHECK(w.follow_link(link, {{"token", token}}).location == w.error("Verification"));
  CHECK(w.post("/signin/email",
               {{"csrfToken", w.browser.csrf()}, {"email", "a@example.com"}, {"email", "b@example.com"}})
            .location == w.error("EmailSignin"));
  CHECK(w.follow_link(link).location == "https://example.com");
}

TEST_CASE("a POST's token and address are its body's, never its query's") {
  HostileSite w;
  const std::string link = w.link_for("ann@example.com");
  CHECK(w.post(link, {{"csrfToken", w.browser.csrf()}}).location == w.error("Verification"));
}

TEST_CASE("a GET has no body, whatever comes with it") {
  HostileSite w;
  http::Request request = w.request("GET", "/signin");
  request.content_type = "application/x-www-form-urlencoded";
  request.body = "callbackUrl=%2Felsewhere&json=true";
  const Reply reply = w.answer(request);
  CHECK(reply.status == 200);
  CHECK(reply.cookie("__Secure-next-auth.callback-url").find("elsewhere") == std::string::npos);
  request.content_type = "text/plain";
  CHECK(w.answer(request).status == 200);
}

TEST_CASE("a name that is no text is one account to the limit of attempts") {
  HostileSite w;
  w.options.rate_limits.account = {.count = 3, .window = 10min};
  const auto attempt = [&](const Json& login) {
    return w.browser
        .post_json("/callback/staff",
                   Json::object({{"csrfToken", w.browser.csrf()}, {"login", login}, {"password", "guess"}}))
        .status;
  };
  CHECK(attempt(7) == 302);
  CHECK(attempt(7.0) == 302);
  CHECK(attempt(Json::array({"7"})) == 302);
  for (const Json& login : {Json(8), Json::array({"7", "7"}), Json::object({{"a", "7"}}), Json(true)})
    CHECK(attempt(login) == 429);
  CHECK(attempt("jane") == 302);
}

TEST_CASE("a page of another site can start nothing here without this browser's cookies") {
  HostileSite w;
  HostileSite attacker;  // knows all there is to know of a token of his own
  const std::string csrf = w.browser.csrf();
  for (const char* route : {"/signin/op", "/signin/acme", "/signin/email", "/signin/staff", "/callback/staff",
                            "/callback/email", "/signout"}) {
    const Reply reply = w.browser.post_from_elsewhere(
        route, {{"csrfToken", csrf}, {"email", "a@example.com"}, {"login", "evil"}, {"password", "right"}});
    CHECK_MESSAGE(reply.location.ends_with("?csrf=true"), route);
    CHECK(reply.cookie(session_name).empty());
    w.browser.cookies.clear();
    w.browser.cookies[csrf_name] = "evil%7C" + std::string(64, '0');
    CHECK(w.post(route, {{"csrfToken", "evil"}}).location.ends_with("?csrf=true"));
    w.browser.cookies[csrf_name] = http::encode(csrf + "|" + crypto::sha256_hex(csrf));  // without the secret
    CHECK(w.post(route, {{"csrfToken", csrf}}).location.ends_with("?csrf=true"));
  }
}

TEST_CASE("another site cannot have a browser signed in as somebody else by an answer it made") {
  HostileSite w, attacker;
  const std::string back = attacker.browser.approve(attacker.start());
  w.browser.csrf();
  CHECK(w.get(back).location == w.error("OAuthCallback"));
  CHECK(w.browser.post_from_elsewhere(back, {}).cookie(session_name).empty());
  CHECK(w.session() == Json::object());
}

TEST_CASE("of several cookies of one name the first counts, on every route, and the names must be exact") {
  HostileSite w;
  w.sign_in();
  const std::string mine = session_name + "=" + w.browser.cookies[session_name];
  CHECK(send(w, "GET", "/session", mine + "; " + session_name + "=planted").body.find("Ann") !=
        std::string::npos);
  CHECK(send(w, "GET", "/session", session_name + "=planted; " + mine).body == "{}");
  for (const char* name :
       {"next-auth.session-token", "__secure-next-auth.session-token", "__Secure-next-auth.session-token ",
        "__Host-next-auth.session-token", "\xc2\xa0__Secure-next-auth.session-token",
        "__Secure-next-auth.session-token[]", "$Version=1; $__Secure-next-auth.session-token"}) {
    const Reply reply = send(w, "GET", "/session", std::string(name) + "=" + w.browser.cookies[session_name]);
    const bool trimmed = std::string(name).ends_with("token ");
    CHECK_MESSAGE((reply.body != "{}") == trimmed, name);
  }
}

TEST_CASE("a CSRF cookie that is planted before ours does not make ours pass for it") {
  HostileSite w;
  const std::string mine = w.browser.csrf();
  const std::string good = csrf_name + "=" + w.browser.cookies[csrf_name];
  const std::string planted = csrf_name + "=evil%7Cevil";
  CHECK(send(w, "POST", "/signin/op", planted + "; " + good, {{"csrfToken", mine}}).location ==
        w.root() + "/signin?csrf=true");
  CHECK(send(w, "POST", "/signin/op", good + "; " + planted, {{"csrfToken", "evil"}}).location ==
        w.root() + "/signin?csrf=true");
  CHECK(send(w, "POST", "/signin/op", good + "; " + planted, {{"csrfToken", mine}})
            .location.starts_with("https://op.example/"));
}

TEST_CASE("pieces of a session without the first, or beside a whole one, add nothing") {
  HostileSite w;
  w.sign_in();
  const std::string token = w.browser.cookies[session_name];
  CHECK(send(w, "GET", "/session", session_name + ".1=" + token).body == "{}");
  CHECK(send(w, "GET", "/session", session_name + "=x; " + session_name + ".0=" + token).body == "{}");
  std::string flood;
  for (int i = 0; i < 100; ++i)
    flood += session_name + "." + std::to_string(i) + "=" + std::string(100, 'x') + "; ";
  CHECK(send(w, "GET", "/session", flood).body == "{}");
}
