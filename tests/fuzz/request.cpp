// Whole requests to a whole site, one after the other as a browser sends them: CGI variables NAME=value on
// lines of their own, an empty line, the body; a line "====" before the next request. Cookies are kept. Where
// a request leads and what its page shows is looked at. The site is the same for each input, so that a seed
// can hold the tokens it gives. FCGI_ROLE=AUTHORIZER asks the guard.
#include <algorithm>
#include <filesystem>

#include "auth/auth.hpp"
#include "base/text.hpp"
#include "fixed.hpp"
#include "folder.hpp"
#include "fuzz.hpp"
#include "gateway/gateway.hpp"
#include "routes/routes.hpp"

namespace {

using base::Json;

const std::string home = "https://example.com";
const std::string site_secret = "the-site's-s3cret";
const char* const entries = R"([
  {"id":"op","name":"Op","type":"oauth","issuer":"https://op.example","clientId":"app","clientSecret":"s3cret"},
  {"id":"plain","name":"Plain","type":"oauth","authorizationUrl":"https://op.example/authorize?response_type=code",
   "accessTokenUrl":"https://op.example/token","profileUrl":"https://op.example/userinfo",
   "clientId":"app","clientSecret":"s3cret"},
  {"id":"old","name":"Old","type":"oauth","version":"1.0A","requestTokenUrl":"https://op.example/request",
   "authorizationUrl":"https://op.example/authorize","accessTokenUrl":"https://op.example/access",
   "profileUrl":"https://op.example/userinfo","clientId":"app","clientSecret":"s3cret"},
  {"id":"email","name":"Email","type":"email"},
  {"id":"credentials","name":"Password","type":"credentials","authorize":"lua",
   "credentials":{"username":{"label":"Name","type":"text"},"password":{"label":"Password","type":"password"}}}
])";

std::vector<providers::Provider> make_providers() {
  std::vector<providers::Provider> all;
  const Json list = base::parse_json(entries);
  for (const Json& entry : list.elements())
    all.push_back(providers::make_provider(entry, [](const std::string& pointer, const std::string& message) {
      fuzz::require(false, (pointer + ": " + message).c_str());
    }));
  return all;
}

/// Whoever knows the word is let in.
struct Owner : hooks::Hooks {
  Json authorize(const Json& credentials) override {
    if (credentials.text_of("password") != "secret") return {};
    return Json::object({{"id", 1}, {"name", credentials.text_of("username")}, {"email", "ann@example.com"}});
  }
};

/// Making the tables takes longer than anything else: they are made once, and copied.
std::unique_ptr<store::Pool> make_database(const fuzz::Folder& folder, const base::Clock& clock,
                                           const base::Log& log) {
  static const std::filesystem::path made = [&] {
    store::open({"sqlite:" + folder.file("empty.db").string()}, clock, log);
    return folder.file("empty.db");
  }();
  for (const char* name : {"auth.db-wal", "auth.db-shm"}) std::filesystem::remove(folder.file(name));
  std::filesystem::copy_file(made, folder.file("auth.db"), std::filesystem::copy_options::overwrite_existing);
  return std::make_unique<store::Pool>(store::Options{"sqlite:" + folder.file("auth.db").string()}, clock,
                                       log);
}

class Site {
 public:
  Site(bool with_database, const fuzz::Folder& folder)
      : database_(with_database ? make_database(folder, clock_, log_) : nullptr) {
    options_.site = {home, "/api/auth"};
    options_.cookies = routes::default_cookies(true);
    options_.session.jwt = !with_database;
    options_.protect = {
        {"/open", {.whom = auth::Admission::Whom::everybody}},
        {"/members", {.whom = auth::Admission::Whom::signed_in}},
        {"/members/staff", {.whom = auth::Admission::Whom::listed, .domains = {"example.org"}}}};
    options_.trusted_proxies = {*http::parse_address_range("127.0.0.1")};
    options_.authorize["credentials"] = credentials::Lua{};
    options_.email["email"] = {
        .server = mail::Sendmail{{"/nonexistent"}}, .from = {"", "site@example.com"}, .limits = {}};
    auth::JwtOptions jwt;
    jwt.secret = secret_;
    jwt_.emplace(jwt);
    answer("/request", "oauth_token=t0ken&oauth_token_secret=s&oauth_callback_confirmed=true");
    answer("/access", "oauth_token=a&oauth_token_secret=b");
    answer("/token", R"({"access_token":"t0ken","token_type":"Bearer"})");
    answer("/userinfo", R"({"id":7,"sub":"ann","name":"Ann <zz>","email":"Ann@Example.com"})");
  }

  http::Response answer(const http::Request& request) { return routes::handle(services_, request); }
  const http::Limits& limits() const { return options_.limits; }
  const base::Log& log() const { return log_; }

 private:
  void answer(const std::string& path, const std::string& body) {
    client_.on("https://op.example" + path, 200, body);
  }

  /// A log line that says that something was caught which nobody expected is a fault.
  static void look_at(std::string_view line) {
    if (std::getenv("FUZZ_SHOW")) (void)std::fprintf(stderr, "%.*s", int(line.size()), line.data());
    // Its code, behind the time: a visitor's own words may be anything.
    const std::string_view code = line.substr(std::min(line.size(), line.find(' ')));
    fuzz::require(!code.starts_with(" error internal_error"), "every failure is a known one");
    fuzz::require(line.find(site_secret) == std::string_view::npos, "no secret is logged");
  }

  support::FakeClock clock_;
  support::FakeRandom random_;
  support::FakeClient client_;
  support::FakeCache cache_;
  Owner owner_;
  base::Log log_{{.debug = true}, clock_};
  base::LogSink sink_{look_at};
  base::Secret secret_{site_secret};
  std::optional<auth::Jwt> jwt_;
  routes::Options options_;
  std::vector<providers::Provider> providers_ = make_providers();
  std::unique_ptr<store::Pool> database_;
  oauth::Documents documents_{client_, cache_, clock_};
  credentials::UsualHash usual_{nullptr};
  credentials::Parts credentials_{client_, owner_, log_, usual_};
  routes::Services services_{options_,
                             providers_,
                             database_.get(),
                             owner_,
                             documents_,
                             client_,
                             clock_,
                             random_,
                             log_,
                             [this]() -> const auth::Jwt& { return *jwt_; },
                             [this]() -> const base::Secret& { return secret_; },
                             credentials_};
};

/// CGI's variables; of two of one name the first counts.
using Lines = std::vector<std::string>;

std::optional<std::string> value_of(const Lines& variables, std::string_view name) {
  for (const std::string& line : variables)
    if (line.substr(0, line.find('=')) == name) return line.substr(name.size() + 1);
  return {};
}

void add(Lines& variables, std::string_view name, std::string_view value) {
  if (!value_of(variables, name)) variables.push_back(std::string(name) + "=" + std::string(value));
}

/// As web servers have it: no NUL in a variable.
Lines read_variables(std::string_view text) {
  Lines variables;
  while (!text.empty()) {
    std::string_view line = fuzz::take(text);
    line = line.substr(0, line.find('\0'));
    const std::string_view name = line.substr(0, line.find('='));
    if (name.size() < line.size()) add(variables, name, line.substr(name.size() + 1));
  }
  return variables;
}

bool asks_guard(const Lines& variables) { return value_of(variables, "FCGI_ROLE") == "AUTHORIZER"; }

std::string serve(Site& site, const Lines& variables, std::string_view body) {
  std::vector<const char*> pointers;
  for (const std::string& line : variables) pointers.push_back(line.c_str());
  pointers.push_back(nullptr);
  const gateway::Input input{.variables = pointers.data(),
                             .body =
                                 [&](char* into, std::size_t size) {
                                   const std::size_t came = body.copy(into, size);
                                   body.remove_prefix(came);
                                   return came;
                                 },
                             .is_for_guard = asks_guard(variables)};
  return gateway::serve(
      input, site.limits(), [&](const auto& request) { return site.answer(request); }, site.log());
}

void keep_cookie(std::string_view line, http::Pairs& jar) {
  const std::string_view pair = line.substr(0, line.find(';'));
  const std::string_view name = pair.substr(0, pair.find('='));
  http::put(jar, name, std::string(pair.substr(name.size() + 1)));
  if (line.find("; Max-Age=0") != std::string_view::npos)
    std::erase_if(jar, [&](const auto& cookie) { return cookie.first == name; });
}

std::string cookie_header(const http::Pairs& jar) {
  std::string header;
  for (const auto& [name, value] : jar)
    header.append(header.empty() ? "" : "; ").append(name).append("=").append(value);
  return header;
}

void check_location(const std::string& to) {
  const bool is_path = to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\");
  const auto url = http::parse_url_as_browser(to);
  fuzz::require(
      is_path || (url && !url->userinfo && (url->origin() == home || url->origin() == "https://op.example")),
      "nobody is sent elsewhere");
}

bool lies_below(std::string_view path, std::string_view top) {
  return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

/// The guard lets strangers only where everybody may go, and nobody where only others are let in.
void check_guard(const Lines& variables, std::string_view answer) {
  if (!answer.starts_with("Status: 200")) return;
  std::string asked =
      value_of(variables, "SCRIPT_NAME").value_or("") + value_of(variables, "PATH_INFO").value_or("");
  if (asked.empty()) {
    const std::string uri = value_of(variables, "REQUEST_URI").value_or("");
    asked = http::decode(uri.substr(0, uri.find('?'))).value_or("");
  }
  const std::string path = http::plain_path(asked).value_or("");
  if (lies_below(path, "/open") || lies_below(path, "/api/auth")) return;
  fuzz::require(lies_below(path, "/members"), "what nobody listed is refused");
  fuzz::require(!lies_below(path, "/members/staff"), "who is not on the list is refused");
  fuzz::require(answer.find("\r\nVariable-REMOTE_USER: ") != std::string_view::npos, "strangers are refused");
}

/// RFC 3875 §6: a header a line, and nothing that a visitor sent can begin another.
void check_answer(std::string_view answer, http::Pairs& jar) {
  std::string_view head = fuzz::take(answer, "\r\n\r\n");
  bool html = false;
  while (!head.empty()) {
    const std::string_view line = fuzz::take(head, "\r\n");
    fuzz::require(!base::has_control(line) && line.find(": ") != std::string_view::npos,
                  "a header is one line");
    if (line.starts_with("Set-Cookie: ")) keep_cookie(line.substr(12), jar);
    if (line.starts_with("Location: ")) check_location(std::string(line.substr(10)));
    if (line.starts_with("Content-Type: text/html")) html = true;
  }
  if (html) fuzz::require(answer.find("<zz") == std::string_view::npos, "a page escapes what it shows");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Folder folder;
  std::string_view rest = fuzz::text(data, size);
  // The fuzzer sees what is compared: a visitor who knows the secret already may have it logged.
  if (rest.find(site_secret) != std::string_view::npos) return 0;
  const bool with_database = !rest.starts_with("stateless\n");
  if (!with_database) fuzz::take(rest);
  Site site(with_database, folder);
  http::Pairs jar;
  for (int requests = 0; requests < 6 && !rest.empty(); ++requests) {
    std::string_view body = fuzz::take(rest, "\n====\n");
    Lines variables = read_variables(fuzz::take(body, "\n\n"));
    add(variables, "CONTENT_LENGTH", std::to_string(body.size()));
    if (!jar.empty()) add(variables, "HTTP_COOKIE", cookie_header(jar));
    const std::string answer = serve(site, variables, body);
    if (std::getenv("FUZZ_SHOW")) (void)std::fprintf(stderr, "%s\n\n", answer.c_str());
    check_answer(answer, jar);
    if (asks_guard(variables)) check_guard(variables, answer);
  }
  return 0;
}
