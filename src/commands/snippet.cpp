#include <algorithm>
#include <iostream>

#include "base/embedded.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"
#include "commands/output.hpp"
#include "commands/site.hpp"

namespace commands {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view servers_folder = "scripts/servers/";
constexpr std::string_view ending = ".conf";

/// What the files have, and what stands there for this site; the longer ones first.
using Values = std::vector<std::pair<std::string_view, std::string>>;

/// Where the servers' files have the socket.
constexpr std::string_view usual_sockets[] = {"/run/nextauth.sock", "/run/lighttpd/nextauth.sock"};

/// nginx for nginx.conf; what is of systemd has its whole name.
std::string name_of(std::string_view path) {
  path.remove_prefix(servers_folder.size());
  if (path.ends_with(ending)) path.remove_suffix(ending.size());
  return std::string(path);
}

std::vector<std::string> file_names() {
  std::vector<std::string> names;
  for (const std::string_view path : base::embedded_paths(servers_folder)) names.push_back(name_of(path));
  return names;
}

/// The path of the file that has this name.
std::string_view path_of(const std::string& name) {
  for (const std::string_view path : base::embedded_paths(servers_folder))
    if (name_of(path) == name) return path;
  throw Failure("there is no file for " + name);
}

/// Where a server can do it in several ways, the one that is best where it can be had.
std::string preferred(const std::string& name) {
  if (name == "apache") return "apache-fcgid";
  if (name == "lighttpd") return "lighttpd-fastcgi";
  return name;
}

/// The file of this name, else one of that server, else one of that way.
std::string find_file(const std::string& name) {
  const std::vector<std::string> files = file_names();
  const auto any = [&](const auto& suits) {
    const auto found = std::find_if(files.begin(), files.end(), suits);
    return found == files.end() ? std::string() : *found;
  };
  const std::string wanted = preferred(name);
  std::string file = any([&](const std::string& one) { return one == wanted; });
  if (file.empty()) file = any([&](const std::string& one) { return one.starts_with(wanted + "-"); });
  if (file.empty()) file = any([&](const std::string& one) { return one.ends_with("-" + wanted); });
  if (!file.empty()) return file;
  const std::vector<std::string_view> known(files.begin(), files.end());
  throw Misuse("there is no snippet \"" + name + "\"" + base::did_you_mean(name, known) +
               "; there are: " + base::join(files, ", "));
}

bool goes_on(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/// What stands at the beginning of the text, as a word of its own: /api/auth, not /api/authors.
const Values::value_type* value_at(std::string_view text, const Values& values) {
  for (const auto& value : values)
    if (text.starts_with(value.first) &&
        (text.size() == value.first.size() || !goes_on(text[value.first.size()])))
      return &value;
  return nullptr;
}

/// In one go: a path of this site may have in it what stands for something else.
std::string replace_all(std::string_view text, const Values& values) {
  std::string out;
  while (!text.empty()) {
    const auto* value = value_at(text, values);
    out.append(value ? std::string_view(value->second) : text.substr(0, 1));
    text.remove_prefix(value ? value->first.size() : 1);
  }
  return out;
}

/// `#   var.nextauth = "…"  # what for`, which lighttpd has to be told before the rest, as a line that
/// counts.
std::string_view uncommented(std::string_view line) {
  if (!line.starts_with("# ")) return line;
  const std::string_view rest = base::trim(line.substr(1));
  if (!rest.starts_with("var.")) return line;
  const size_t end = rest.find('"', rest.find('"') + 1);
  return end == std::string_view::npos ? line : rest.substr(0, end + 1);
}

std::string fill_in(std::string_view text, const Values& values) {
  std::string lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.append(uncommented(text.substr(0, end))).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return replace_all(lines, values);
}

/// A path as every one of the servers takes it without quotes.
std::string plain(const std::string& path) {
  const auto good = [](char c) {
    return goes_on(c) || c == '/' || c == '.' || c == '~' || c == '+' || c == '@';
  };
  if (!std::all_of(path.begin(), path.end(), good))
    throw Failure(path + ": has a character that would have to be quoted; the snippet would be wrong");
  return path;
}

/// The base path as a RewriteRule of .htaccess sees it: below the folder of the site, which is a user's own
/// at
/// /~ann.
std::string below_site(const std::string& base_path) {
  const size_t user_end = base_path.starts_with("/~") ? base_path.find('/', 1) : 0;
  return base_path.substr(user_end == std::string::npos ? 1 : user_end + 1);
}

Values values_of(const Call& call, const config::Config& config) {
  const std::string program = plain(fs::absolute(call.beside / "nextauth.fcgi").lexically_normal().string());
  const std::string base_path = plain(config.routes.site.base_path);
  Values values{{"/usr/lib/nextauth/nextauth.fcgi", program},
                {"/usr/lib/cgi-bin/nextauth.fcgi", program},
                {"/etc/nextauth/nextauth.json", plain(config.file.string())},
                {"/etc/nextauth", plain(config.file.parent_path().string())},
                {"/api/auth", base_path},
                {"^api/auth", "^" + below_site(base_path)},
                {"# api/auth", "# " + below_site(base_path)}};
  if (const auto host = http::parse_url(config.routes.site.base_url))
    values.emplace_back("example.com", host->host);
  // The guarded path of the files is this site's first one.
  if (!config.routes.protect.empty()) values.emplace_back("/members", plain(config.routes.protect[0].path));
  if (const auto socket = call.value("--socket"))
    for (const std::string_view usual : usual_sockets) values.emplace_back(usual, plain(*socket));
  return values;
}

bool has_socket(std::string_view text) {
  return std::any_of(std::begin(usual_sockets), std::end(usual_sockets),
                     [&](std::string_view usual) { return text.find(usual) != std::string_view::npos; });
}

void advise(const std::string& file, const Call& call, const config::Config& config) {
  const bool beside = config.file.parent_path() == call.beside;
  if (!beside && (file.ends_with("-cgi") || file.ends_with("htaccess")))
    std::cerr << "mind: started this way, nextauth.fcgi finds its configuration only beside itself, as "
              << (call.beside / ".htnextauth.json").string() << "\n";
}

int snippet(const Call& call) {
  expect_arguments(call, 1, 1);
  const std::string file = find_file(call.arguments[0]);
  const std::string_view path = path_of(file);
  const std::string_view usual = base::embedded(path).value();
  if (!has_socket(usual)) refuse_option(call, "--socket", file);
  const config::Config config = usable_config(call);
  const std::string text = fill_in(usual, values_of(call, config));
  advise(file, call, config);
  if (call.json())
    print(base::Json::object({{"name", file}, {"file", path}, {"text", text}}));
  else
    std::cout << text;
  return 0;
}

std::vector<std::string> words() {
  std::vector<std::string> all{"apache", "lighttpd"};
  for (const std::string& name : file_names()) all.push_back(name);
  return all;
}

}  // namespace

Command snippet_command() {
  return {.name = "snippet",
          .arguments = "NAME",
          .help = "the web server's configuration for this site",
          .details =
              "NAME is apache, lighttpd, nginx, caddy or htaccess; or a way of one of them, as apache-cgi; "
              "or, for\n"
              "systemd, nextauth.service and nextauth.socket. Paths are those of this executable and its\n"
              "configuration; the rest is as in scripts/servers.",
          .examples = "snippet apache\nsnippet lighttpd-cgi\nsnippet lighttpd --socket /tmp/nextauth.sock",
          .options = {{"--socket", "PATH", "where the server and nextauth.fcgi meet"}},
          .words = words(),
          .run = snippet};
}

}  // namespace commands
