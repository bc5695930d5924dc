#include <stdlib.h>

#include "base/file.hpp"
#include "support.hpp"

using namespace credentials_test;
using credentials::Command;
using namespace std::chrono_literals;

namespace {

struct Program : World {
  Command kind;
  explicit Program(const std::string& script, const std::vector<std::string>& arguments = {})
      : kind{.command = {write("check", "#!/bin/sh\n" + script + "\n", 0700)}} {
    kind.command.insert(kind.command.end(), arguments.begin(), arguments.end());
  }
  std::string told() const { return base::read_file(folder.file("told"), 100000).value_or(""); }
};

}  // namespace

TEST_CASE("command: exit code 0 and a user object accept") {
  const Program program(
      R"(cat > /dev/null; echo '{ "id": 7, "name": "Jane", "email": "jane@example.com" }')");
  CHECK(program.ask(program.kind, login("jane", "secret")) ==
        R"({"id":7,"name":"Jane","email":"jane@example.com"})");
}

TEST_CASE("command: exit code 1 refuses, as null and false do") {
  for (const char* script : {"exit 1", "echo '{\"id\":1}'; exit 1", "echo null", "echo false"}) {
    CAPTURE(script);
    const Program program(script);
    CHECK(program.ask(program.kind, login("jane", "secret")).empty());
  }
}

TEST_CASE("command: anything else is no wrong password") {
  for (const auto& [script, why] :
       {std::pair{"exit 2", ": exit code 2"}, std::pair{"exit 127", ": exit code 127"},
        std::pair{"kill -9 $$", ": exit code 137"}, std::pair{"true", ": the answer is no JSON"},
        std::pair{"echo jane", ": the answer is no JSON"},
        std::pair{"echo '{\"id\":1,\"id\":2}'", ": the answer is no JSON"},
        std::pair{"echo '\"jane\"'", ": the answer is no user object"},
        std::pair{"echo '[]'", ": the answer is no user object"},
        std::pair{"echo 1", ": the answer is no user object"}}) {
    const Program program(script);
    CHECK(program.trouble(program.kind, login("jane", "secret")) == program.kind.command[0] + why);
  }
  const World world;
  CHECK(world.trouble(Command{.command = {world.folder.file("gone")}}, login("jane", "secret")) ==
        world.folder.file("gone") + ": No such file or directory");
}

TEST_CASE("command: the fields come as JSON on standard input, and only there") {
  const Program program(R"(cat > "$1"; tr '\0' ' ' < /proc/$$/cmdline >> "$1"; echo null)");
  Command kind = program.kind;
  kind.command.push_back(program.folder.file("told"));
  CHECK(program.ask(kind, login("ja\"ne $(id)", "sec'ret")).empty());
  const std::string fields = R"x({"username":"ja\"ne $(id)","password":"sec'ret"})x";
  CHECK(program.told() == fields + "/bin/sh " + kind.command[0] + " " + kind.command[1] + " ");
}

TEST_CASE("command: arguments are no shell's") {
  const Program program(R"(printf '{"id":"%s"}' "$1")", {"$(id) * ;"});
  CHECK(program.ask(program.kind, login("jane", "secret")) == R"({"id":"$(id) * ;"})");
}

TEST_CASE("command: nothing of our environment reaches the program") {
  ::setenv("NEXTAUTH_SECRET", "ours", 1);
  ::setenv("HTTP_PROXY", "http://evil.example", 1);
  const Program program(R"(tr '\0' '\n' < /proc/$$/environ > "$1"; echo null)");
  Command kind = program.kind;
  kind.command.push_back(program.folder.file("told"));
  CHECK(program.ask(kind, login("jane", "secret")).empty());
  ::unsetenv("NEXTAUTH_SECRET");
  ::unsetenv("HTTP_PROXY");
  CHECK(program.told() == "PATH=/usr/local/bin:/usr/bin:/bin\nLANG=C.UTF-8\n");
}

TEST_CASE("command: one that takes too long is ended, one that ends in time is not") {
  Program slow("sleep 20; echo '{\"id\":1}'");
  slow.kind.timeout = 100ms;
  CHECK(slow.trouble(slow.kind, login("jane", "secret")).find("took longer than 100 ms") !=
        std::string::npos);
  Program quick("echo '{\"id\":1}'");
  quick.kind.timeout = 10s;
  CHECK(quick.ask(quick.kind, login("jane", "secret")) == R"({"id":1})");
}

TEST_CASE("command: a user object as large as the limit is taken, a larger one is not") {
  const auto printing = [](size_t bytes) {  // {"id":"xxx…"}
    return R"(printf '{"id":"'; head -c )" + std::to_string(bytes - 9) +
           R"( /dev/zero | tr '\0' x; printf '"}')";
  };
  const Program fits(printing(credentials::user_limit));
  CHECK(fits.ask(fits.kind, login("jane", "secret")).size() == credentials::user_limit);
  const Program large(printing(credentials::user_limit + 1));
  CHECK(large.trouble(large.kind, login("jane", "secret")).find("more than 65536 bytes") !=
        std::string::npos);
}

TEST_CASE("command: what the program complains about is not logged: it has the password") {
  const Program program("cat >&2; exit 3");
  CHECK(program.trouble(program.kind, login("jane", "secret")) == program.kind.command[0] + ": exit code 3");
  CHECK(program.logged().empty());
}
