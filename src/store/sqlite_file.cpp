#include "store/sqlite_file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <mutex>
#include <system_error>

#include "model/error.hpp"

namespace store {
namespace {

[[noreturn]] void cannot_make(const std::string& path, int error) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const std::string why = error == ENOENT ? "there is no directory " + folder
                                          : "cannot be made: " + std::generic_category().message(error);
  throw model::StoreError(path + ": " + why);
}

/// SQLite takes a file of one byte for an empty database and would write over it.
void refuse_single_byte(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && status.st_size == 1)
    throw model::StoreError(path + ": file is not a database");
}

/// What root makes is for whose folder it is: the web server's account could not open a file of root's.
/// SQLite does so with the files beside it. Where it is not allowed the file stays root's.
void give_to_owner_of_folder(int file, const std::string& path) {
  struct stat folder {};
  if (::geteuid() != 0 || ::stat(std::filesystem::path(path).parent_path().c_str(), &folder) != 0) return;
  [[maybe_unused]] const int given = ::fchown(file, folder.st_uid, folder.st_gid);
}

}  // namespace

void make_private_file(const std::string& path) {
  // One thread after the other: close() would take the locks of one who has opened the new file already
  // (fcntl(2)).
  static std::mutex making;
  const std::lock_guard lock(making);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) {
    if (errno != EEXIST) cannot_make(path, errno);
    refuse_single_byte(path);
    return;
  }
  // The umask may have taken the owner's own bits.
  const int error = ::fchmod(file, S_IRUSR | S_IWUSR) == 0 ? 0 : errno;
  give_to_owner_of_folder(file, path);
  ::close(file);
  if (error) cannot_make(path, error);
}

int why_nothing_can_be_made(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
}

void check_folder(const std::string& path) {
  if (const int error = why_nothing_can_be_made(path)) cannot_make(path, error);
}

bool on_network(const std::string& path) {
  static constexpr std::array<std::uint32_t, 13> network{
      NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC,  CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC,  AFS_SUPER_MAGIC,
      AFS_FS_MAGIC,     CODA_SUPER_MAGIC, CEPH_SUPER_MAGIC, OCFS2_SUPER_MAGIC, V9FS_MAGIC,
      FUSE_SUPER_MAGIC,  // sshfs, gluster, and folders that a virtual machine shares with its host
      0x0BD00BD0,        // Lustre
      0x47504653,        // GPFS
  };
  struct statfs system {};
  if (::statfs(path.c_str(), &system) != 0) return false;
  return std::find(network.begin(), network.end(), std::uint32_t(system.f_type)) != network.end();
}

}  // namespace store
