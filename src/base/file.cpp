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
  // In pieces: the limit is far more than most files have, and memory that is touched costs.
  constexpr size_t piece = 8192;
  std::string bytes;
  errno = 0;
  for (size_t came = piece; came == piece && bytes.size() <= limit;) {
    const size_t before = bytes.size();
    bytes.resize(before + piece);
    came = std::fread(bytes.data() + before, 1, piece, file.get());
    bytes.resize(before + came);
  }
  if (std::ferror(file.get())) fail(path, std::generic_category().message(errno));
  if (bytes.size() > limit) fail(path, "larger than " + std::to_string(limit) + " bytes");
  return bytes;
}

}  // namespace base
