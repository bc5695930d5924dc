// Everything that can be wrong with a configuration: the line, the key, and what to do.
#include "support.hpp"

namespace {

/// A member and what is said about it; the file's line is 2, where with() puts it.
struct Row {
  const char* member;
  const char* problem;
};

}  // namespace

TEST_CASE("a limit of attempts is so many within so long, or null, and nothing is taken for no limit") {
  for (const char* bad :
       {"\"\"", "\"30\"", "\"0/10m\"", "\"30/0m\"", "\"30/10\"", "\"30/m\"", "\"/10m\"", "\"a/10m\"",
        "\"-1/10m\"", "\"30/10x\"", "\"30 /10m\"", "\"100001/10m\"", "\"30/100001m\"", "30", "false"})
    for (const char* key : {"address", "account", "recipient"})
      CHECK_MESSAGE(
          problems_with("\"rateLimits\": {\"" + std::string(key) + "\": " + bad + "}") ==
              "nextauth.json:2: rateLimits." + std::string(key) +
                  ": must be a number of attempts within a time, as \"30/10m\", or null for no limit",
          bad);
  const auto limits = config_with(R"("rateLimits": {"address": "7/2h", "account": null})").routes.rate_limits;
  CHECK(limits.address.count == 7);
  CHECK(limits.address.window == base::Seconds(7200));
  CHECK(limits.account.count == 0);
  CHECK(limits.recipient.count == 5);
}

TEST_CASE("every problem names file, line and key") {
  const Row table[] = {
      {R"("urls": 1)", "urls: unknown key (did you mean \"url\"?)"},
      {R"("nonsense": 1)", "nonsense: unknown key"},
      {R"("debug": "yes")", "debug: must be true or false"},
      {R"("log": "xml")", "log: must be one of \"text\", \"json\""},
      {R"("theme": 7)", "theme: must be one of \"auto\", \"light\", \"dark\""},
      {R"("threads": 0)", "threads: must be a whole number from 1 to 256"},
      {R"("threads": 257)", "threads: must be a whole number from 1 to 256"},
      {R"("threads": 1.5)", "threads: must be a whole number from 1 to 256"},
      {R"("database": "mysql:x")",
       "database: must be \"sqlite:PATH\" or null; other databases cannot be used by this version"},
      {R"("database": "postgres://me:pw@db/app")",
       "database: must be \"sqlite:PATH\" or null; other databases cannot be used by this version"},
      {R"("database": "sqlite:")",
       "database: must be \"sqlite:PATH\"; what NextAuth.js v3 calls sqlite://localhost/auth.db is "
       "\"sqlite:auth.db\""},
      {R"("database": "sqlite://localhost/auth.db")",
       "database: must be \"sqlite:PATH\"; what NextAuth.js v3 calls sqlite://localhost/auth.db is "
       "\"sqlite:auth.db\""},
      {R"("database": "sqlite::memory:")",
       "database: a database in memory would be gone with its process: write \"sqlite:PATH\", or null to "
       "store nothing"},
      {R"("session": 1)", "session: must be an object: { … }"},
      {R"("session": {"maxAge": 0})", "session.maxAge: must be a whole number from 1 to 315360000"},
      {R"("session": {"maxage": 1})", "session.maxage: unknown key (did you mean \"maxAge\"?)"},
      {R"("session": {"updateAge": -1})", "session.updateAge: must be a whole number from 0 to 315360000"},
      {R"("jwt": {"maxAge": "1d"})", "jwt.maxAge: must be a whole number from 1 to 315360000"},
      {R"("jwt": {"secret": 7})", "jwt.secret: must be a text in quotes"},
      {R"("pages": {"signIn": "login"})", "pages.signIn: must be a path (\"/signin\") or an http(s) URL"},
      {R"("pages": {"error": "//evil.com"})", "pages.error: must be a path (\"/signin\") or an http(s) URL"},
      {R"("pages": {"newUser": "/\\evil.com"})",
       "pages.newUser: must be a path (\"/signin\") or an http(s) URL"},
      {R"("pages": {"signOut": "javascript:alert"})",
       "pages.signOut: must be a path (\"/signin\") or an http(s) URL"},
      {R"("pages": {"signin": "/a"})", "pages.signin: unknown key (did you mean \"signIn\"?)"},
      {R"("brand": {"color": "red"})", "brand.color: must be a colour as \"#0a7\" or \"#00aa77\""},
      {R"("brand": {"color": "#12345"})", "brand.color: must be a colour as \"#0a7\" or \"#00aa77\""},
      {R"("templates": "nowhere")", "templates: there is no folder nowhere"},
      {R"("limits": {"body": 0})", "limits.body: must be a whole number from 1 to 16777216"},
      {R"("limits": {"headers": 16777217})", "limits.headers: must be a whole number from 1 to 16777216"},
      {R"("limits": {"fields": 0})", "limits.fields: must be a whole number from 1 to 10000"},
      {R"("rateLimits": {"addresses": "1/1m"})",
       "rateLimits.addresses: unknown key (did you mean \"address\"?)"},
      {R"("trustedProxies": "127.0.0.1")", "trustedProxies: must be a list of addresses: [\"127.0.0.1\"]"},
      {R"("trustedProxies": ["127.0.0.1", "localhost"])",
       "trustedProxies: must be addresses or ranges, as \"127.0.0.1\" or \"10.0.0.0/8\""},
      {R"("useSecureCookies": 1)", "useSecureCookies: must be true or false"},
      {R"("cookies": {"session": {}})", "cookies.session: unknown key"},
      {R"("cookies": {"state": {"name": "a b"}})", "cookies.state.name: must be letters, digits and -_."},
      {R"("cookies": {"sessionToken": {"name": "a"}, "callbackUrl": {"name": "a"}})",
       "cookies: two cookies are named a"},
      {R"("cookies": {"state": {"name": ""}})", "cookies.state.name: must be letters, digits and -_."},
      {R"("cookies": {"state": {"options": {"path": "/;x"}}})",
       "cookies.state.options.path: must not contain ';'"},
      {R"("cookies": {"state": {"options": {"domain": "a;b"}}})",
       "cookies.state.options.domain: must not contain ';'"},
      {R"("cookies": {"state": {"options": {"path": "/\n"}}})",
       "cookies.state.options.path: must not contain control characters"},
      {R"("cookies": {"state": {"options": {"sameSite": "some"}}})",
       "cookies.state.options.sameSite: must be \"lax\", \"strict\", \"none\", true or false"},
      {R"("cookies": {"state": {"options": {"secure": false}}})",
       "cookies.state.name: a cookie named __Secure-… must be secure"},
      {R"("cookies": {"csrfToken": {"options": {"domain": "example.com"}}})",
       "cookies.csrfToken.name: a cookie named __Host-… must be secure, of path \"/\" and without domain"},
      {R"("cookies": {"csrfToken": {"options": {"path": "/a"}}})",
       "cookies.csrfToken.name: a cookie named __Host-… must be secure, of path \"/\" and without domain"},
      {R"("cookies": {"state": {"name": "s", "options": {"secure": false, "sameSite": "none"}}})",
       "cookies.state.options: sameSite \"none\" needs secure: true"},
  };
  for (const auto& [member, problem] : table)
    CHECK(problems_with(member) == std::string("nextauth.json:2: ") + problem);
}

TEST_CASE("a JWK of no use is said so, a good one is taken, as an object or a text") {
  CHECK(problems_with(R"("jwt": {"signingKey": {"kty": "?"}})")
            .starts_with("nextauth.json:2: jwt.signingKey: no usable JWK: "));
  CHECK(problems_with(R"("jwt": {"encryptionKey": "no JSON"})")
            .starts_with("nextauth.json:2: jwt.encryptionKey: no usable JWK: "));
  CHECK_FALSE(config_with(R"("jwt": {"signingKey": {"kty": "oct", "k": "AAAA", "alg": "HS512"}})")
                  .jwt.signing_key.is_null());
  CHECK_FALSE(
      config_with(R"("jwt": {"signingKey": "{\"kty\":\"oct\",\"k\":\"AAAA\"}"})").jwt.signing_key.is_null());
}

TEST_CASE("what is missing is said") {
  CHECK(Site().problems("{}") ==
        "nextauth.json:1: url: missing: the address of this program, as \"https://example.com/api/auth\"\n"
        "nextauth.json:1: providers: missing: the list of those to sign in with");
}

TEST_CASE("the url is judged") {
  for (const char* url : {"", "example.com", "ftp://example.com", "https://a@example.com",
                          "https://example.com?x", "https://example.com/#x", "https://example.com//a",
                          "https://example.com/../a", "https://example.com/%41"})
    CHECK_MESSAGE(
        Site().problems(R"({"secret": "s", "providers": [], "url": ")" + std::string(url) + "\"}") ==
            "nextauth.json:1: url: must be an http(s) URL without user, query and fragment, as "
            "\"https://example.com/api/auth\"",
        url);
}

TEST_CASE("plain http beyond this machine is warned of, and works") {
  Site site;
  CHECK(site.problems(R"({"secret": "s", "providers": [], "url": "http://example.com"})")
            .starts_with("nextauth.json:1: warning: url: plain http: "));
  CHECK(site.load().usable());
}

TEST_CASE("all problems are said at once, each with its line") {
  CHECK(
      Site().problems(
          "{\n\"url\": 1,\n// a comment\n\"secret\": true,\n\"providers\": [\n{},\n7\n],\n\"debug\": 0,}") ==
      "nextauth.json:9: debug: must be true or false\n"
      "nextauth.json:2: url: must be a text in quotes\n"
      "nextauth.json:2: url: must be an http(s) URL without user, query and fragment, as "
      "\"https://example.com/api/auth\"\n"
      "nextauth.json:4: secret: must be a text in quotes\n"
      "nextauth.json:6: providers[0]: \"id\" is missing\n"
      "nextauth.json:6: providers[0]: \"clientId\" is missing\n"
      "nextauth.json:7: providers[1]: must be an object: { \"id\": … }");
}

TEST_CASE("a text that is no JSON is named by line and column") {
  CHECK(Site().problems("{\n  \"url\" 1\n}").starts_with("nextauth.json:2: no valid JSON: "));
  CHECK(Site().problems("{\n  \"url\" 1\n}").ends_with("(column 9)"));
  CHECK(Site().problems("[]") == "nextauth.json:1: must be an object: { … }");
  CHECK(Site().problems(R"({"url": "a", "url": "b"})").find("the member \"url\" comes twice") !=
        std::string::npos);
  CHECK(Site().problems(std::string(1048577, ' ')).find("larger than 1048576 bytes") != std::string::npos);
}

TEST_CASE("a variable that is not set is named with its key") {
  CHECK(
      Site().problems("{\"url\": \"https://example.com\",\n\"secret\": \"${MISSING}\", \"providers\": []}") ==
      "nextauth.json:2: secret: the environment variable MISSING is not set");
  for (const char* text : {"${}", "${A-B}", "${A", "${"})
    CHECK(
        Site().problems("{\"url\": \"https://example.com\", \"providers\": [],\n\"secret\": \"" +
                        std::string(text) + "\"}") ==
        "nextauth.json:2: secret: \"${\" must be followed by the name of an environment variable and \"}\"");
}

TEST_CASE("a problem of a variable that overrides a key names the variable, and no line of the file") {
  Site site;
  site.environment = {{"NEXTAUTH_URL", "example.com"}, {"DATABASE_URL", "mysql://me:p4ss@db/app"}};
  CHECK(
      site.problems("{\"url\": \"https://example.com\", \"database\": \"sqlite:a.db\", \"providers\": 1}") ==
      "url: NEXTAUTH_URL in the environment: must be an http(s) URL without user, query and fragment, as "
      "\"https://example.com/api/auth\"\n"
      "database: DATABASE_URL in the environment: must be \"sqlite:PATH\" or null; other databases cannot be "
      "used by this version\n"
      "nextauth.json:1: providers: must be a list: [ … ]");
}

TEST_CASE("what a variable holds is in no complaint: it may be a secret in the wrong place") {
  Site site;
  site.environment = {{"SECRET", "p4ssword"}, {"WORD", "the"}};
  CHECK(site.problems(
            "{\"url\": \"https://example.com\", \"secret\": \"s\",\n"
            "\"providers\": [{\"id\": \"my-${SECRET}\", \"clientId\": \"c\", \"clientSecret\": \"s\"}]}") ==
        "nextauth.json:2: providers[0].id: the catalogue has no \"my-${SECRET}\"; a provider of one's own "
        "needs \"issuer\" or \"authorizationUrl\"");
  CHECK(site.problems("{\"url\": \"${SECRET}\", \"secret\": \"${WORD}\", \"providers\": []}").find("p4ss") ==
        std::string::npos);
  // A short one is no secret, and may be any word of a sentence.
  CHECK(site.problems("{\"url\": \"https://example.com\", \"secret\": \"${WORD}\",\n"
                      "\"providers\": [{\"id\": \"x\", \"clientId\": \"c\", \"clientSecret\": \"s\"}]}")
            .find("the catalogue has no") != std::string::npos);
}

TEST_CASE("what a variable that is not set leads to is not complained of besides; the rest is") {
  CHECK(Site().problems(R"({"url": "${SITE}", "theme": "${A}${B}", "brand": { "color": "nine" },
"providers": [{ "id": "auth0", "domain": "${TENANT}", "clientId": "${ID}", "clientSecrt": "x" }]})") ==
        "nextauth.json:1: url: the environment variable SITE is not set\n"
        "nextauth.json:1: theme: the environment variable A is not set\n"
        "nextauth.json:1: theme: the environment variable B is not set\n"
        "nextauth.json:2: providers[0].domain: the environment variable TENANT is not set\n"
        "nextauth.json:2: providers[0].clientId: the environment variable ID is not set\n"
        "nextauth.json:1: brand.color: must be a colour as \"#0a7\" or \"#00aa77\"\n"
        "nextauth.json:2: providers[0].clientSecrt: unknown key \"clientSecrt\" (did you mean "
        "\"clientSecret\"?)");
}

TEST_CASE("providers are judged with the nearest known key, and come once") {
  const auto providers = [](const std::string& list) {
    return Site().problems("{\"url\": \"https://example.com\", \"secret\": \"s\", \"providers\": [\n" + list +
                           "]}");
  };
  CHECK(providers(R"({"id": "github", "clientID": "a", "clientId": "b", "clientSecret": "c"})") ==
        "nextauth.json:2: providers[0].clientID: unknown key \"clientID\" (did you mean \"clientId\"?)");
  CHECK(providers(R"({"id": "github", "clientId": "b", "clientSecret": "c"},)"
                  "\n"
                  R"({"id": "github", "clientId": "b", "clientSecret": "c"})") ==
        "nextauth.json:3: providers[1].id: there is a provider \"github\" already");
  CHECK(providers(R"({"id": "githob", "clientId": "b", "clientSecret": "c"})")
            .find("(did you mean \"github\"?)") != std::string::npos);
}

TEST_CASE("a provider with a mistake in it is one all the same to those who name it") {
  CHECK(Site().problems(R"({"url": "https://example.com", "secret": "s",
"providers": [{"id": "github", "clientID": "a", "clientId": "b", "clientSecret": "c"}],
"protect": [{"path": "/a", "allow": {"providers": ["github"]}}]})") ==
        "nextauth.json:2: providers[0].clientID: unknown key \"clientID\" (did you mean \"clientId\"?)");
}

TEST_CASE("all that is wrong with a provider is said at once") {
  const std::string list = R"([
{"id": "email", "server": "ftp:x", "maxAge": "1d", "confirm": 1, "form": "x"},
{"id": "pw", "type": "credentials", "credentials": {"pin": {"labl": "PIN"}, "x": 1}, "what": 2},
{"id": "other", "type": "credentials", "credentials": [], "authorize": {"htpasswd": "nowhere"}}])";
  CHECK(Site().problems(R"({"url": "https://example.com", "secret": "s", "providers": )" + list + "}") ==
        "nextauth.json:2: providers[0].maxAge: must be a whole number above 0\n"
        "nextauth.json:2: providers[0].confirm: must be true or false\n"
        "nextauth.json:2: providers[0].form: unknown key \"form\" (did you mean \"from\"?)\n"
        "nextauth.json:2: providers[0].server: must be smtp://…, smtps://… or sendmail:PROGRAM\n"
        "nextauth.json:2: providers[0].from: missing: who the mail is from, as \"Example "
        "<no-reply@example.com>\"\n"
        "nextauth.json:3: providers[1].credentials.x: must be an object\n"
        "nextauth.json:3: providers[1].what: unknown key \"what\"\n"
        "nextauth.json:3: providers[1]: \"authorize\" is missing\n"
        "nextauth.json:3: providers[1].credentials.pin.labl: unknown key (did you mean \"label\"?)\n"
        "nextauth.json:4: providers[2].credentials: must be an object of fields\n"
        "nextauth.json:4: providers[2].authorize.htpasswd: there is no file nowhere");
}
