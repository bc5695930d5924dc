#include "base/file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace base {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why) {
  throw std::runtime_error(path.string() + ": " + why);
}

}  // namespace

std::optional<std::string> read_file(const std::filesystem::path& path, size_t limit) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    fail(path, std::generic_category().message(errno));
  }
  std::string bytes(limit + 1, '\0');
  errno = 0;
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  if (std::ferror(file.get())) fail(path, std::generic_category().message(errno));
  if (bytes.size() > limit) fail(path, "larger than " + std::to_string(limit) + " bytes");
  return bytes;
}

}  // namespace base
