// The owner's own templates and messages, file by file.
#include <fstream>

#include "../support/world.hpp"
#include "base/text.hpp"
#include "routes/page.hpp"

using namespace support;

namespace {

struct Own : World {
  Own() {
    options.page.templates = folder.file("own");
    std::filesystem::create_directories(folder.file("own/messages"));
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder.file("own/" + name), std::ios::binary) << text;
  }
  std::string page(const std::string& where, const std::string& language = "") {
    browser.accept_language = language;
    return get(where).body;
  }
  /// "FILE:LINE: MESSAGE", a line for each problem that `check` would name.
  std::string problems() const {
    std::string all;
    for (const auto& [file, line, message] : routes::check_templates(options.page))
      all += file.lexically_relative(folder.file("own")).string() + ":" + std::to_string(line) + ": " +
             message + "\n";
    return all;
  }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a template of one's own takes the place of the built-in one, and counts at once") {
  Own w;
  w.write("verify-request.html", "<p>Look, {{siteHost}}: {{t.checkEmail}}</p>{{>foot}}");
  CHECK(w.page("/verify-request").starts_with("<p>Look, example.com: Check your email</p></main>"));
  CHECK(has(w.page("/signout"), "<!doctype html>"));
  w.write("verify-request.html", "changed");
  CHECK(w.page("/verify-request") == "changed");
  CHECK(w.problems() == "");
}

TEST_CASE("a part of one's own is on every page, and a new one can be made") {
  Own w;
  w.write("foot.html", "{{>imprint}}</main></body></html>");
  w.write("imprint.html", "<p>{{lang}} & imprint</p>");
  w.write("style.css", "body { color: {{brandColor}} }");
  w.options.page.brand_color = "#0a7";
  for (const char* page : {"/signin", "/signout", "/verify-request", "/error?error=AccessDenied"}) {
    const std::string body = w.page(page);
    CHECK_MESSAGE(has(body, "<p>en & imprint</p></main>"), page);
    CHECK_MESSAGE(has(body, "body { color: #0a7 }"), page);
  }
  CHECK(w.problems() == "");
}

TEST_CASE("messages of one's own are said in the place of the built-in ones, the others stay") {
  Own w;
  w.write("messages/de.json",
          "{ // comments are welcome\n \"signOut\": \"Tsch\u00fc\u00df <b>\", \"mine\": \"Neu\", }");
  w.write("signout.html", "{{t.signOut}}|{{t.signOutQuestion}}|{{t.mine}}|{{dir}}");
  CHECK(w.page("/signout", "de-AT") ==
        "Tsch\u00fc\u00df &lt;b&gt;|M\u00f6chten Sie sich wirklich abmelden?|Neu|ltr");
  CHECK(w.page("/signout", "en") == "Sign out|Are you sure you want to sign out?||ltr");
  CHECK(w.problems() == "");
}

TEST_CASE("a language of one's own is spoken too, English where it says nothing") {
  Own w;
  w.write("messages/fi.json", R"({ "signOut": "Kirjaudu ulos" })");
  w.write("messages/pt-BR.json", R"({ "signOut": "Sair daqui" })");
  w.write("messages/he.json", R"({ "dir": "rtl" })");
  w.write("messages/.json", "{}");
  w.write("messages/x y.json", "{}");
  w.write("messages/notes.txt", "no messages");
  w.write("signout.html", "{{lang}} {{dir}} {{t.signOut}}");
  CHECK(w.page("/signout", "fi-FI, en;q=0.8") == "fi ltr Kirjaudu ulos");
  CHECK(w.page("/signout", "he") == "he rtl Sign out");
  CHECK(w.page("/signout", "pt-br") == "pt-BR ltr Sair daqui");
  CHECK(w.page("/signout", "pt-PT").starts_with("pt ltr "));
  CHECK(w.page("/signout", "sv").starts_with("sv ltr "));
  w.write("signout.html", "{{t.signOutQuestion}}");
  CHECK(w.page("/signout", "pt-BR") == w.page("/signout", "pt"));
  CHECK(w.problems() == "");
}

TEST_CASE("a template that is broken is named by check and the log, and a visitor sees a page all the same") {
  const std::tuple<const char*, const char*, const char*, const char*> table[] = {
      {"signout.html", "{{>head}}\n\n{{#error}}x", "/signout", "signout.html:3: Unclosed section \"error\""},
      {"signout.html", "a\n{{/x}}", "/signout", "signout.html:2: Unopened section \"x\""},
      {"signout.html", "{{", "/signout", "signout.html:1: Unclosed tag"},
      {"signout.html", "{{>nowhere}}", "/signout", "signout.html:0: there is no partial \"nowhere\""},
      {"signout.html", "{{>../own/head}}", "/signout", "signout.html:0: there is no partial \"../own/head\""},
      {"head.html", "<html>\n{{#x}}", "/signout", "head.html:2: Unclosed section \"x\""},
      {"style.css", "\n\n{{/x}}", "/signout", "style.css:3: Unopened section \"x\""},
      {"error.html", "{{#x}}", "/error", "error.html:1: Unclosed section \"x\""},
      {"messages/en.json", "{\n \"signIn\": }", "/signout", "messages/en.json:2: "},
      {"messages/en.json", "[]", "/signout", "messages/en.json:0: must be an object of texts"},
      {"messages/en.json", R"({"signIn": 5})", "/signout", "messages/en.json:0: \"signIn\" must be a text"},
  };
  for (const auto& [file, text, where, problem] : table) {
    const std::string shown = std::string(file) + " " + text;
    Own w;
    w.write(file, text);
    const Reply reply = w.get(where);
    CHECK_MESSAGE(reply.status == 500, shown);
    CHECK_MESSAGE(has(reply.body, "There is a problem with the server configuration."), shown);
    CHECK_MESSAGE(has(reply.body, "example.com"), shown);
    std::string logged = "templates: " + std::string(problem);
    if (const size_t none = logged.find(":0: "); none != std::string::npos) logged.erase(none, 2);
    CHECK_MESSAGE(has(w.log_text(), base::replace_all(logged, "\"", "\\\"")), shown << w.log_text());
    CHECK_MESSAGE(w.problems().starts_with(problem), shown << w.problems());
    CHECK_MESSAGE(w.problems().find('\n') == w.problems().size() - 1, shown << w.problems());
  }
}

TEST_CASE("a part is no file outside of the folder, by whatever name") {
  Own w;
  std::ofstream(w.folder.file("outside.html")) << "from outside";
  for (const std::string& name :
       {std::string("../outside"), w.folder.file("outside"), std::string("x/../../outside")}) {
    CAPTURE(name);
    std::filesystem::create_directories(w.folder.file("own/x"));
    w.write("signout.html", "{{>" + name + "}}");
    const Reply reply = w.get("/signout");
    CHECK(reply.status == 500);
    CHECK_FALSE(has(reply.body, "from outside"));
  }
}

TEST_CASE("a template that cannot be read, or is too large, is named") {
  Own w;
  std::filesystem::create_directory(w.folder.file("own/mail.txt"));
  w.write("mail.html", std::string((size_t{1} << 20) + 1, 'x'));
  CHECK(has(w.problems(), "mail.txt:0: "));
  CHECK(has(w.problems(), "Is a directory"));
  CHECK(has(w.problems(), "mail.html:0: "));
  CHECK(has(w.problems(), "larger than 1048576 bytes"));
}

TEST_CASE("theme, colour and logo are on the page") {
  World w;
  w.options.page.theme = "dark";
  w.options.page.brand_color = "#00aa77";
  w.options.page.brand_logo = "https://cdn.example.net/logo.svg?v=1&x=\"";
  const Reply reply = w.get("/signin");
  CHECK(has(reply.body, "<body class=\"__next-auth-theme-dark\">"));
  CHECK(has(reply.body, "--brand: #00aa77;"));
  CHECK(has(reply.body, "<img class=\"logo\" src=\"https://cdn.example.net/logo.svg?v=1&amp;x=&quot;\""));
  CHECK(has(reply.header("Content-Security-Policy"), "img-src 'self' https://cdn.example.net;"));
}

TEST_CASE("a page is in the visitor's language, and says so") {
  World w;
  w.browser.accept_language = "ar-EG,ar;q=0.9,en;q=0.8";
  const Reply reply = w.get("/signin");
  CHECK(has(reply.body, "<html lang=\"ar\" dir=\"rtl\""));
  CHECK(reply.header("Content-Language") == "ar");
  CHECK(reply.header("Vary") == "Accept-Language");
}
