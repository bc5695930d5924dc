// Which file counts, what overrides it, and what it means.
#include "support.hpp"

using namespace std::chrono_literals;

TEST_CASE("the file beside the executable counts, whichever name it has") {
  for (const char* name : {"nextauth.json", ".htnextauth.json"}) {
    Site site;
    site.write(name, with(""));
    CHECK(site.load().usable());
    CHECK(site.load().config.file.filename() == name);
  }
}

TEST_CASE("none or both of the files are an error that says what to do") {
  Site site;
  CHECK(site.load().problems[0].text().starts_with("there is no configuration: write "));
  site.write("nextauth.json", with(""));
  site.write(".htnextauth.json", with(""));
  CHECK(site.load().problems[0].text().starts_with("both nextauth.json and .htnextauth.json are in "));
  CHECK_FALSE(site.load().usable());
}

TEST_CASE("NEXTAUTH_CONFIG names the file, which must be there") {
  Site site;
  site.write("other.json", with(""));
  site.environment["NEXTAUTH_CONFIG"] = site.folder.file("other.json");
  CHECK(site.load().usable());
  site.environment["NEXTAUTH_CONFIG"] = site.folder.file("missing.json");
  CHECK(site.load().problems[0].text() == site.folder.file("missing.json") + ": there is no such file");
}

TEST_CASE("the defaults are the contract's") {
  const config::Config config = config_with("");
  CHECK(config.routes.site.base_url == "https://example.com");
  CHECK(config.routes.site.base_path == "/api/auth");
  CHECK(config.database->url.ends_with("/auth.db"));
  CHECK_FALSE(config.routes.session.jwt);
  CHECK(config.routes.session.max_age == 2592000s);
  CHECK(config.routes.session.update_age == 86400s);
  CHECK(config.jwt.max_age == 2592000s);
  CHECK_FALSE(config.jwt.encryption);
  CHECK(config.routes.page.theme == "auto");
  CHECK(config.threads == 8);
  CHECK(config.routes.limits.body == 65536);
  CHECK(config.routes.limits.header == 16384);
  CHECK(config.routes.limits.headers == 65536);
  CHECK(config.routes.limits.fields == 200);
  CHECK_FALSE(config.log.debug);
  CHECK_FALSE(config.log.json);
}

TEST_CASE("beside a hidden configuration the database is hidden too") {
  Site site;
  site.write(".htnextauth.json", with(""));
  CHECK(site.load().config.database->url.ends_with("/.htauth.db"));
}

TEST_CASE("relative paths begin at the configuration's folder") {
  Site site;
  std::filesystem::create_directory(site.folder.file("own"));
  const config::Config config = site.config(with(R"("database": "sqlite:data/../a.db", "templates": "own")"));
  CHECK(config.database->url == "sqlite:" + site.folder.file("a.db"));
  CHECK(config.routes.page.templates == site.folder.file("own"));
  for (const char* absolute : {"sqlite:/tmp/a.db", "sqlite:///tmp/a.db"})
    CHECK(site.config(with(R"("database": ")" + std::string(absolute) + "\"")).database->url ==
          "sqlite:/tmp/a.db");
}

TEST_CASE("the environment overrides url, secret and database") {
  Site site;
  site.environment = {{"NEXTAUTH_URL", "https://other.example/auth"},
                      {"NEXTAUTH_SECRET", "theirs"},
                      {"DATABASE_URL", "sqlite:/x/y.db"}};
  const config::Config config = site.config(with(""));
  CHECK(config.routes.site.root() == "https://other.example/auth");
  CHECK(config.secret.reveal() == "theirs");
  CHECK(config.database->url == "sqlite:/x/y.db");
}

TEST_CASE("what the environment overrides is taken as it is, and what it replaces is not looked at") {
  Site site;
  site.environment = {{"NEXTAUTH_SECRET", "a${b"}};
  CHECK(site.config(with("")).secret.reveal() == "a${b");
  CHECK(site.config(R"({"url": "https://example.com", "providers": [], "secret": "${NOT_SET}"})")
            .secret.reveal() == "a${b");
}

TEST_CASE("an empty variable overrides nothing") {
  Site site;
  site.environment = {{"NEXTAUTH_SECRET", ""}, {"NEXTAUTH_URL", ""}};
  CHECK(site.config(with("")).secret.reveal() == "s");
}

TEST_CASE("${NAME} is replaced in any string, once") {
  Site site;
  site.environment = {{"HOST", "example.org"}, {"ID", "a${HOST}b"}};
  const config::Config config = site.config(
      R"({"url": "https://${HOST}/x", "secret": "s", "providers": [
        {"id": "github", "clientId": "${ID}-${ID}", "clientSecret": "$HOST {HOST} $"}]})");
  CHECK(config.routes.site.base_url == "https://example.org");
  CHECK(config.providers[0].client_id == "a${HOST}b-a${HOST}b");
  CHECK(config.providers[0].client_secret.reveal() == "$HOST {HOST} $");
}

TEST_CASE("the url has a path, or /api/auth") {
  for (const auto& [url, root] : {std::pair{"https://example.com", "https://example.com/api/auth"},
                                  std::pair{"https://example.com/", "https://example.com/api/auth"},
                                  std::pair{"https://Example.com:443/a/b/", "https://example.com/a/b"},
                                  std::pair{"http://localhost:8080/x", "http://localhost:8080/x"}})
    CHECK(Site()
              .config(R"({"providers": [], "secret": "s", "url": ")" + std::string(url) + "\"}")
              .routes.site.root() == root);
}

TEST_CASE("without a database sessions are JWTs, and a secret is needed") {
  const config::Config config = config_with(R"("database": null)");
  CHECK_FALSE(config.database);
  CHECK(config.routes.session.jwt);
  CHECK(
      Site()
          .problems(R"({"url": "https://example.com", "providers": [], "database": null})")
          .starts_with("nextauth.json:1: secret: missing: without a database there is no place to keep one"));
  CHECK(problems_with(R"("database": null, "session": {"jwt": false})") ==
        "nextauth.json:2: session.jwt: must be true: there is no database to keep sessions in");
}

TEST_CASE("sessions, tokens, pages and looks are read") {
  const config::Config config = config_with(R"(
    "session": { "jwt": true, "maxAge": 60, "updateAge": 0 }, "jwt": { "secret": "j", "maxAge": 30, "encryption": true },
    "pages": { "signIn": "/login", "signOut": "https://example.com/out", "error": "/e?x", "verifyRequest": "/v", "newUser": "/n" },
    "theme": "dark", "brand": { "color": "#0a7", "logo": "/logo.svg" }, "threads": 2, "debug": true, "log": "json",
    "limits": { "body": 1024, "header": 1024, "headers": 1024, "fields": 10 })");
  CHECK(config.routes.session.jwt);
  CHECK(config.routes.session.max_age == 60s);
  CHECK(config.routes.session.update_age == 0s);
  CHECK(config.jwt.secret.reveal() == "j");
  CHECK(config.jwt.max_age == 30s);
  CHECK(config.jwt.encryption);
  CHECK(config.routes.pages.sign_in == "/login");
  CHECK(config.routes.pages.sign_out == "https://example.com/out");
  CHECK(config.routes.pages.error == "/e?x");
  CHECK(config.routes.pages.verify_request == "/v");
  CHECK(config.routes.pages.new_user == "/n");
  CHECK(config.routes.page.theme == "dark");
  CHECK(config.routes.page.brand_color == "#0a7");
  CHECK(config.routes.page.brand_logo == "/logo.svg");
  CHECK(config.threads == 2);
  CHECK(config.log.debug);
  CHECK(config.log.json);
  CHECK(config.routes.limits.fields == 10);
}

TEST_CASE("a page that is null is the built-in one, as in NextAuth.js") {
  CHECK(config_with(R"("pages": { "signIn": "/login", "newUser": null })").routes.pages.new_user == "");
}

TEST_CASE("cookies are secure on https, whatever useSecureCookies says, and elsewhere when it says so") {
  const auto name = [](const std::string& url, const char* more) {
    return Site()
        .config(R"({"secret": "s", "providers": [], "url": ")" + url + "\"" + more + "}")
        .routes.cookies.csrf_token.name;
  };
  CHECK(name("https://example.com", "") == "__Host-next-auth.csrf-token");
  CHECK(name("https://example.com", R"(, "useSecureCookies": false)") == "__Host-next-auth.csrf-token");
  CHECK(name("http://localhost", "") == "next-auth.csrf-token");
  CHECK(name("http://localhost", R"(, "useSecureCookies": true)") == "__Host-next-auth.csrf-token");
}

TEST_CASE("each cookie's name and attributes may be one's own") {
  const routes::Cookies cookies = config_with(R"("cookies": {
    "sessionToken": { "name": "sid", "options": { "domain": "example.com", "sameSite": "None", "secure": true, "path": "/a", "maxAge": 60, "httpOnly": false } },
    "state": { "options": { "sameSite": true } }, "callbackUrl": { "options": { "sameSite": false } } })")
                                      .routes.cookies;
  CHECK(http::set_cookie(cookies.session_token.name, "x", cookies.session_token.options) ==
        "sid=x; Max-Age=60; Domain=example.com; Path=/a; Secure; SameSite=None");
  CHECK(cookies.state.options.same_site == "strict");
  CHECK(cookies.callback_url.options.same_site == "");
  CHECK(cookies.csrf_token.name == "__Host-next-auth.csrf-token");
}
