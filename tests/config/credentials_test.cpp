#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "../store/scratch.hpp"
#include "config/config.hpp"

using base::Json;
using credentials::Command;
using credentials::Htpasswd;
using credentials::Lua;
using credentials::Sql;
using credentials::Url;

namespace {

/// A site whose one provider is of credentials.
struct Site {
  scratch::Folder folder;
  Json root = Json::object({{"url", "https://example.com"}, {"callbacks", "callbacks.lua"}});
  Json provider =
      Json::object({{"id", "staff"},
                    {"type", "credentials"},
                    {"credentials", Json::object({{"username", Json::object({{"label", "Name"}})}})}});

  std::string write(const std::string& name, mode_t mode = 0600) const {
    const std::string path = folder.file(name);
    std::ofstream(path) << "text\n";
    ::chmod(path.c_str(), mode);
    return path;
  }

  config::Loaded load(const Json& authorize) {
    provider.set("authorize", authorize);
    root.set("providers", Json::array({provider}));
    std::ofstream(folder.file("callbacks.lua")) << "return {}\n";
    std::ofstream(folder.file("nextauth.json")) << base::to_json(root);
    return config::load([](const std::string&) { return std::nullopt; }, folder.file(""));
  }

  /// The complaints: place and sentence, with the folder left out.
  std::vector<std::string> complaints(const Json& authorize) {
    std::vector<std::string> all;
    for (const config::Problem& problem : load(authorize).problems) {
      std::string text = problem.key + ": " + problem.message;
      const std::string here = folder.file("");
      for (size_t at = 0; (at = text.find(here)) != std::string::npos;) text.erase(at, here.size());
      all.push_back(text);
    }
    return all;
  }

  credentials::Authorize accepted(const Json& authorize) {
    const config::Loaded loaded = load(authorize);
    for (const config::Problem& problem : loaded.problems) FAIL_CHECK(problem.text());
    REQUIRE(loaded.config.providers.size() == 1);
    CHECK_FALSE(loaded.config.providers[0].entry.find("authorize"));
    return loaded.config.routes.authorize.at("staff");
  }
};

using Complaints = std::vector<std::string>;

Json one(const std::string& key, const Json& value) { return Json(Json::Object{{key, value}}); }

const std::string at = "providers[0].authorize";

}  // namespace

TEST_CASE("authorize: files and programs are relative to the configuration") {
  Site site;
  const std::string users = site.write("users");
  const std::string check = site.write("check", 0700);
  CHECK(std::get<Htpasswd>(site.accepted(one("htpasswd", "users"))).file == users);
  CHECK(std::get<Htpasswd>(site.accepted(one("htpasswd", "./x/../users"))).file == users);
  CHECK(std::get<Htpasswd>(site.accepted(one("htpasswd", users))).file == users);
  CHECK(std::get<Command>(site.accepted(one("command", "check"))).command == std::vector{check});
  CHECK(std::get<Command>(site.accepted(one("command", Json::array({"check", "--staff", ""})))).command ==
        std::vector<std::string>{check, "--staff", ""});
  CHECK(std::get<Url>(site.accepted(one("url", "https://a.example/check?k=1"))).url ==
        "https://a.example/check?k=1");
  CHECK(std::get<Url>(site.accepted(one("url", "http://127.0.0.1:81/"))).url == "http://127.0.0.1:81/");
  CHECK(std::holds_alternative<Lua>(site.accepted("lua")));
}

TEST_CASE("authorize: a SELECT looks into the configured database, or one of its own") {
  Site site;
  const std::string select = "SELECT password FROM people WHERE login = :username";
  Sql sql = std::get<Sql>(site.accepted(one("sql", select)));
  CHECK(sql.statement == select);
  CHECK(sql.database.url == "sqlite:" + site.folder.file("auth.db"));
  const std::string people = site.write("people.db");
  const Json with_own = Json::object({{"sql", select}, {"database", "sqlite:people.db"}});
  CHECK(std::get<Sql>(site.accepted(with_own)).database.url == "sqlite:" + people);
  site.root.set("database", nullptr);
  site.root.set("secret", "x");
  CHECK(std::get<Sql>(site.accepted(with_own)).database.url == "sqlite:" + people);
  CHECK(site.complaints(one("sql", select)) ==
        Complaints{at + ".sql: there is no database to look into: add \"database\": \"sqlite:PATH\""});
}

TEST_CASE("authorize: what cannot work is complained about, with its place") {
  Site site;
  site.write("users");
  site.write("plain", 0600);
  std::filesystem::create_directory(site.folder.file("folder"));
  const std::string select = "SELECT 1";
  const std::string one_of = at + R"(: must have one of "htpasswd", "sql", "url" and "command")";
  const std::string program = at + ".command: must be a program's path, or a list of it and its arguments";
  const std::string url = at + ".url: must be an https URL without user (http is for loopback addresses)";
  const std::string statement = at + ".sql: must be a single SELECT, without anything after it";
  const std::vector<std::pair<Json, std::string>> all{
      {Json::object(), one_of},
      {Json::object({{"htpasswd", "users"}, {"url", "https://a.example"}}), one_of},
      {Json::object({{"database", "sqlite:users"}}), one_of},
      {Json::object({{"htpasswd", "users"}, {"database", "sqlite:users"}}),
       at + R"(.database: belongs to "sql")"},
      {one("htpasswd", "gone"), at + ".htpasswd: there is no file gone"},
      {one("htpasswd", "folder"), at + ".htpasswd: there is no file folder"},
      {one("htpasswd", ""),
       at + ".htpasswd: must be the name of a file; `htpasswd -B -c FILE NAME` makes one"},
      {one("command", "gone"), at + ".command: there is no file gone"},
      {one("command", "plain"), at + ".command: plain cannot be run"},
      {one("command", ""), program},
      {one("command", Json::array()), program},
      {one("command", 1), program},
      {one("command", Json::array({"plain", 1})), program},
      {one("url", "http://a.example"), url},
      {one("url", "https://me:pw@a.example"), url},
      {one("url", "ftp://a.example"), url},
      {one("sql", ""), statement},
      {one("sql", 1), statement},
      {one("sql", "DELETE FROM people"), statement},
      {Json::object({{"sql", select}, {"database", "sqlite:gone.db"}}),
       at + ".database: there is no file gone.db"},
      {Json::object({{"sql", select}, {"database", "people.db"}}),
       at + R"(.database: must be "sqlite:PATH")"}};
  for (const auto& [authorize, complaint] : all) {
    const std::string configured = base::to_json(authorize);
    CAPTURE(configured);
    CHECK(site.complaints(authorize) == Complaints{complaint});
  }
  CHECK(site.complaints(one("htpaswd", "users")) ==
        Complaints{at + ".htpaswd: unknown key (did you mean \"htpasswd\"?)", one_of});
}

TEST_CASE("authorize: Lua without a file of callbacks is told of, and serving goes on") {
  Site site;
  site.root.erase("callbacks");
  CHECK(site.complaints("lua") ==
        Complaints{at + ": there is no \"callbacks\" whose function authorize could be asked: nobody can "
                        "sign in here"});
  CHECK(site.load("lua").usable());
}

TEST_CASE("credentials: a form's fields are checked") {
  Site site;
  const std::string form = "providers[0].credentials.";
  const auto complaints = [&](const std::string& name, const Json& field) {
    site.provider.set("credentials", one(name, field));
    return site.complaints("lua");
  };
  CHECK(complaints("pin", Json::object({{"label", "PIN"},
                                        {"type", "password"},
                                        {"placeholder", "1234"},
                                        {"value", ""},
                                        {"autocomplete", "one-time-code"}}))
            .empty());
  CHECK(complaints("pin", Json::object({{"lable", "PIN"}})) ==
        Complaints{form + "pin.lable: unknown key (did you mean \"label\"?)"});
  CHECK(complaints("pin", Json::object({{"label", 1}})) ==
        Complaints{form + "pin.label: must be a text in quotes"});
  CHECK(complaints("pin", Json::object({{"type", "file"}})).size() == 1);
  for (const char* taken : {"csrfToken", "callbackUrl", "json", "redirect", ""})
    CHECK(complaints(taken, Json::object()).size() == 1);
}

TEST_CASE("credentials: htpasswd has a form of its own, the other kinds have none") {
  Site site;
  site.write("users");
  site.provider.erase("credentials");
  site.accepted(one("htpasswd", "users"));
  const config::Loaded with_file = site.load(one("htpasswd", "users"));
  const Json* form = with_file.config.providers[0].entry.find("credentials");
  REQUIRE(form);
  CHECK(
      base::to_json(*form) ==
      R"({"username":{"label":"Username","type":"text"},"password":{"label":"Password","type":"password"}})");
  CHECK_FALSE(site.load("lua").config.providers[0].entry.find("credentials"));
}
