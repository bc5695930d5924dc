#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/file.hpp"
#include "base/text.hpp"
#include "commands/findings.hpp"

namespace commands {
namespace {

namespace fs = std::filesystem;

constexpr size_t beginning = 512;      // bytes of a file that tell it from others
constexpr size_t address_limit = 400;  // that are asked for in all
constexpr size_t failure_limit = 3;    // addresses without an answer: each may have taken ten seconds

/// A file that nobody is to have, and its first bytes.
struct Private {
  std::string about;
  fs::path file;
  std::string bytes;
};

/// The first bytes; "" if the file is not there or cannot be read.
std::string first_bytes(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return {};
  std::string bytes(beginning, '\0');
  FILE* open = std::fopen(file.c_str(), "rbe");
  if (!open) return {};
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), open));
  (void)std::fclose(open);
  return bytes;
}

/// What shared hosts write beside programs.
std::vector<fs::path> logs_in(const fs::path& folder) {
  std::vector<fs::path> logs;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".log") || name == "error_log") logs.push_back(entry.path());
  }
  return logs;
}

std::vector<Private> private_files(const config::Config& config, const Places& places) {
  std::vector<Private> files;
  const auto add = [&](const std::string& about, const fs::path& file) {
    std::string bytes = first_bytes(file);
    if (!bytes.empty()) files.push_back({about, file, std::move(bytes)});
  };
  const auto add_database = [&](const std::string& about, const store::Options& database) {
    if (const auto file = store::file_of(database))
      for (const char* end : {"", "-wal", "-journal"}) add(about, file->string() + end);
  };
  add("configuration", config.file);
  if (config.database) add_database("database", *config.database);
  if (config.callbacks) add("callbacks", config.callbacks->folder / config.callbacks->file);
  for (const auto& [id, authorize] : config.routes.authorize) {
    if (const auto* htpasswd = std::get_if<credentials::Htpasswd>(&authorize))
      add("passwords", htpasswd->file);
    if (const auto* sql = std::get_if<credentials::Sql>(&authorize)) add_database("passwords", sql->database);
    if (const auto* command = std::get_if<credentials::Command>(&authorize))
      add("program", command->command.front());
  }
  add("executable", places.program);
  std::set<fs::path> folders{config.file.parent_path(), places.program.parent_path()};
  for (const fs::path& folder : folders)
    for (const fs::path& log : logs_in(folder)) add("log", log);
  return files;
}

std::string encoded(const std::string& path) {
  std::string out;
  for (const std::string_view part : base::split(path, '/'))
    if (!part.empty()) out.append("/").append(http::encode(part));
  return out;
}

/// Every folder above the file might be the document root, or that of a user's own pages; and programs often
/// have a place of their own.
std::vector<std::string> paths_of(const fs::path& file, const std::vector<fs::path>& roots,
                                  const std::string& base_path) {
  std::vector<std::string> paths;
  for (const fs::path& root : roots) {
    const fs::path relative = file.lexically_relative(fs::absolute(root).lexically_normal());
    if (!relative.empty() && *relative.begin() != "..") paths.push_back(encoded(relative.string()));
  }
  const std::string name = file.filename().string();
  for (const std::string& folder :
       {std::string("/cgi-bin"), base_path.substr(0, base_path.rfind('/')), base_path})
    paths.push_back(encoded(folder) + encoded(name));
  for (fs::path root = file.parent_path();; root = root.parent_path()) {
    const std::string below = file.lexically_relative(root).string();
    paths.push_back(encoded(below));
    const fs::path user = root.parent_path().filename();
    if (root.filename() == "public_html") paths.push_back("/~" + encoded((user / below).string()).substr(1));
    if (root == root.parent_path()) break;
  }
  return paths;
}

class Downloads {
 public:
  Downloads(const config::Config& config, http::Client& client, const Places& places)
      : config_(config), client_(client), places_(places) {}

  Findings probe() {
    const std::vector<Private> files = private_files(config_, places_);
    for (const Private& file : files) probe(file);
    if (failures_ > 0)
      findings_.push_back({Verdict::warning, "downloads",
                           (gives_up() ? "could not be tried: " : "some could not be tried: ") + why_});
    if (findings_.empty())
      findings_.push_back({Verdict::well, "downloads",
                           std::to_string(files.size()) + " private files were asked for at " +
                               std::to_string(asked_.size()) + " addresses: none can be downloaded"});
    return std::move(findings_);
  }

 private:
  void probe(const Private& file) {
    std::set<fs::path> names{file.file};
    std::error_code error;
    if (fs::path real = fs::canonical(file.file, error); !error) names.insert(std::move(real));
    for (const fs::path& name : names)
      for (const std::string& path : paths_of(name, places_.document_roots, config_.routes.site.base_path))
        if (!gives_up() && can_be_had(file, path)) return;
  }

  bool gives_up() const { return failures_ == failure_limit; }

  bool can_be_had(const Private& file, const std::string& path) {
    const std::string url = config_.routes.site.base_url + path;
    if (asked_.size() >= address_limit || !asked_.insert(url).second) return false;
    if (!answers_with(file.bytes, url)) return false;
    findings_.push_back({Verdict::problem, "downloads",
                         "ANYBODY CAN DOWNLOAD the " + file.about + " " + file.file.string() + " at " + url +
                             ": move it out of the web's folders, or give it a name that begins with \".ht\" "
                             "(Apache), and make new secrets"});
    return true;
  }

  bool answers_with(const std::string& bytes, const std::string& url) {
    try {
      const http::Answer answer =
          client_.send({.method = "GET",
                        .url = url,
                        .headers = {{"Range", "bytes=0-" + std::to_string(beginning - 1)}},
                        .follow = true});
      return (answer.status == 200 || answer.status == 206) && answer.body.starts_with(bytes);
    } catch (const http::Unreachable& error) {
      why_ = error.what();
      ++failures_;
      return false;
    }
  }

  const config::Config& config_;
  http::Client& client_;
  const Places& places_;
  std::set<std::string> asked_;
  Findings findings_;
  size_t failures_ = 0;
  std::string why_;  // the last of them
};

}  // namespace

Findings probe_downloads(const config::Config& config, http::Client& client, const Places& places) {
  return Downloads(config, client, places).probe();
}

}  // namespace commands
