// CSRF: who may start something, and what a request's body may be.
#include "../support/world.hpp"

using namespace support;

namespace {

const std::string name = "__Host-next-auth.csrf-token";

std::string token_of(World& w) {
  const std::string cookie = http::decode(w.browser.cookies[name]).value_or("");
  return cookie.substr(0, cookie.find('|'));
}

Reply raw_post(World& w, const std::string& where, const std::string& type, const std::string& body) {
  http::Request request = w.request("POST", where);
  request.content_type = type;
  request.body = body;
  return w.answer(request);
}

}  // namespace

TEST_CASE("every browser gets one token, and keeps it") {
  World w;
  const Reply first = w.get("/csrf");
  CHECK(first.body == "{\"csrfToken\":\"" + token_of(w) + "\"}");
  CHECK(token_of(w).size() == 64);
  CHECK(first.cookie(name) == name + "=" + http::encode(auth::csrf_cookie(token_of(w), w.secret)) +
                                  "; Path=/; HttpOnly; Secure; SameSite=Lax");
  const Reply second = w.get("/csrf");
  CHECK(second.cookie(name).empty());
  CHECK(second.body == first.body);
}

TEST_CASE("a token that was not made here is replaced") {
  for (const char* cookie : {"", "a", "a|b", "%7C", "planted%7C0000"}) {
    World w;
    w.browser.cookies[name] = cookie;
    CHECK_FALSE(w.get("/csrf").cookie(name).empty());
  }
}

TEST_CASE("signing in needs the token, in the body and in the cookie") {
  World w;
  const std::string token = w.browser.csrf();
  const std::string refused = w.root() + "/signin?csrf=true";
  for (const http::Pairs& form :
       {http::Pairs{}, http::Pairs{{"csrfToken", ""}}, http::Pairs{{"csrfToken", token + "a"}},
        http::Pairs{{"csrfToken", token}, {"csrfToken", token}}, http::Pairs{{"csrftoken", token}}})
    CHECK(w.post("/signin/op", form).location == refused);
  CHECK(w.post("/signin/op?csrfToken=" + token, {}).location == refused);
  CHECK(w.browser.post_from_elsewhere("/signin/op", {{"csrfToken", token}}).location == refused);
  CHECK(w.op.issuer + std::string("/authorize") == w.browser.start().location.substr(0, 28));
}

TEST_CASE("another browser's token is refused") {
  World w;
  Browser other(w);
  w.browser.csrf();
  CHECK(w.post("/signin/op", {{"csrfToken", other.csrf()}}).location == w.root() + "/signin?csrf=true");
}

TEST_CASE("a missing token answers json=true with 200, as in v3") {
  World w;
  const Reply reply = w.post("/signin/op", {{"json", "true"}});
  CHECK(reply.status == 200);
  CHECK(reply.url() == w.root() + "/signin?csrf=true");
}

TEST_CASE("an unknown provider leads where a missing token leads, as in v3") {
  World w;
  for (const char* where : {"/signin/unknown", "/signin"})
    CHECK(w.post(where, {{"csrfToken", w.browser.csrf()}}).location == w.root() + "/signin?csrf=true");
}

TEST_CASE("json=true counts as that text alone") {
  World w;
  for (const char* json : {"TRUE", "1", "true ", ""}) CHECK(w.start("op", {{"json", json}}).status == 302);
  CHECK(w.start("op", {{"json", "true"}}).status == 200);
  CHECK(w.browser.post_json("/signin/op", Json::object({{"json", true}, {"csrfToken", w.browser.csrf()}}))
            .status == 302);
  CHECK(w.browser.post_json("/signin/op", Json::object({{"json", "true"}, {"csrfToken", w.browser.csrf()}}))
            .url()
            .starts_with("https://op.example/authorize?"));
}

TEST_CASE("bodies are forms or JSON, whatever the type's parameters") {
  World w;
  for (const char* type : {"application/json", "application/json; charset=utf-8", "Application/JSON ;x"})
    CHECK(raw_post(w, "/_log", type, "{}").status == 200);
  for (const char* type :
       {"application/x-www-form-urlencoded", "application/x-www-form-urlencoded;charset=UTF-8"})
    CHECK(raw_post(w, "/_log", type, "a=b").status == 200);
  for (const char* type :
       {"", "text/plain", "multipart/form-data; boundary=x", "application/jsonx", "application/xml"})
    CHECK(raw_post(w, "/_log", type, "a=b").status == 415);
  CHECK(raw_post(w, "/_log", "", "").status == 200);
}

TEST_CASE("a body that is broken is 400") {
  World w;
  const std::string json = "application/json", form = "application/x-www-form-urlencoded";
  for (const char* body : {"{", "[]", "7", "\"a\"", R"({"a":1,"a":2})", "{\"a\":\"\xff\"}"})
    CHECK_MESSAGE(raw_post(w, "/_log", json, body).status == 400, body);
  CHECK(raw_post(w, "/_log", json, "null").status == 200);  // v3 never answers this
  for (const char* body : {"a=%zz", "a=%ff", "a=%00"}) CHECK(raw_post(w, "/_log", form, body).status == 400);
  CHECK(w.get("/csrf?a=%zz").status == 400);
}

TEST_CASE("fields, members, parameters and cookies are counted") {
  World w;
  std::string fields, members = "{\"a0\":0", cookies;
  for (int i = 1; i <= 199; ++i) {
    fields += "a&";
    members += ",\"a" + std::to_string(i) + "\":0";
    cookies += "a=1;";
  }
  const auto json = [&](const std::string& body) {
    return raw_post(w, "/_log", "application/json", body).status;
  };
  const auto form = [&](const std::string& body) {
    return raw_post(w, "/_log", "application/x-www-form-urlencoded", body).status;
  };
  CHECK(form(fields + "a") == 200);
  CHECK(form(fields + "a&a") == 400);
  CHECK(json(members + "}") == 200);
  CHECK(json(members + ",\"b\":0}") == 400);
  CHECK(w.get("/csrf?" + fields + "a").status == 200);
  CHECK(w.get("/csrf?" + fields + "a&a").status == 400);
  http::Request request = w.request("GET", "/csrf");
  request.cookie = cookies + "a=1";
  CHECK(w.answer(request).status == 200);
  request.cookie += ";a=1";
  CHECK(w.answer(request).status == 400);
}

TEST_CASE("no answer is for caches or frames") {
  World w;
  for (const char* path :
       {"/csrf", "/session", "/providers", "/signin", "/signout", "/error", "/verify-request", "/unknown",
        "/callback/op", "/signin?callbackUrl=a", "/csrf?a=%zz"}) {
    const Reply reply = w.get(path);
    CAPTURE(path);
    CHECK(reply.header("Cache-Control") == "private, no-store");
    CHECK(reply.header("X-Content-Type-Options") == "nosniff");
    CHECK(reply.header("X-Frame-Options") == "DENY");
    CHECK(reply.header("Referrer-Policy") == "no-referrer");
  }
}
