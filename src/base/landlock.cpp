#include "base/landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace base {
namespace {

// Headers are older than kernels: the rights that came with a later version, and the whole of the structure.
constexpr std::uint64_t truncate = 1ULL << 14;        // version 3
constexpr std::uint64_t device_ioctl = 1ULL << 15;    // version 5
constexpr std::uint64_t bind_tcp = 1ULL << 0;         // version 4
constexpr std::uint64_t abstract_socket = 1ULL << 0;  // version 6
constexpr std::uint64_t signal = 1ULL << 1;           // version 6
struct Ruleset {
  std::uint64_t files, network, scopes;
};

constexpr std::uint64_t all_of_version_1 = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
constexpr std::uint64_t to_read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t to_run = to_read | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t to_write = to_read | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                   LANDLOCK_ACCESS_FS_REMOVE_FILE | truncate;
constexpr std::uint64_t of_a_file = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                    LANDLOCK_ACCESS_FS_READ_FILE | truncate | device_ioctl;

// What libraries read while we run: name resolution, certificates, time zones, character sets. Whole folders,
// as programs put new files in the place of old ones there: a rule for /etc/resolv.conf alone would be gone
// with the file.
constexpr const char* system_folders[] = {"/usr",
                                          "/lib",
                                          "/lib32",
                                          "/lib64",
                                          "/etc",
                                          "/run/systemd/resolve",
                                          "/run/NetworkManager",
                                          "/run/resolvconf",
                                          "/run/connman",
                                          "/var/lib/ca-certificates",
                                          "/nix/store",
                                          "/gnu/store",
                                          "/dev/null",
                                          "/dev/urandom",
                                          "/dev/random"};
constexpr const char* program_folders[] = {"/usr",   "/bin",       "/lib",      "/lib32",
                                           "/lib64", "/nix/store", "/gnu/store"};

std::uint64_t file_rights(int version) {
  std::uint64_t rights = all_of_version_1;
  if (version >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) rights |= truncate;
  if (version >= 5) rights |= device_ioctl;
  return rights;
}

/// Everything that the version knows is refused, but for the rules; of the network only being a server.
Ruleset everything(int version) {
  return {.files = file_rights(version),
          .network = version >= 4 ? bind_tcp : 0,
          .scopes = version >= 6 ? abstract_socket | signal : 0};
}

class Rules {
 public:
  explicit Rules(int version) : handled_(everything(version)) {
    ruleset_ = int(::syscall(SYS_landlock_create_ruleset, &handled_, sizeof handled_, 0));
  }
  ~Rules() {
    if (ruleset_ >= 0) ::close(ruleset_);
  }
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  void allow(const std::filesystem::path& place, std::uint64_t rights) const {
    const int file = ::open(place.c_str(), O_PATH | O_CLOEXEC);
    if (file < 0) return;
    struct stat found {};
    if (::fstat(file, &found) == 0) {
      if (!S_ISDIR(found.st_mode)) rights &= of_a_file;
      landlock_path_beneath_attr rule{};
      rule.allowed_access = rights & handled_.files;
      rule.parent_fd = file;
      ::syscall(SYS_landlock_add_rule, ruleset_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    ::close(file);
  }

  bool enforce() const { return ruleset_ >= 0 && ::syscall(SYS_landlock_restrict_self, ruleset_, 0) == 0; }

 private:
  Ruleset handled_;
  int ruleset_ = -1;
};

}  // namespace

int confine_files(const Confinement& left) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version <= 0) return 0;
  const Rules rules(static_cast<int>(version));
  for (const char* place : system_folders) rules.allow(place, to_read);
  if (left.programs)
    for (const char* place : program_folders) rules.allow(place, to_run);
  // Often a link to where the network's manager writes it, which differs from host to host.
  std::error_code error;
  const auto resolver = std::filesystem::canonical("/etc/resolv.conf", error).parent_path();
  if (resolver.has_relative_path()) rules.allow(resolver, to_read);
  rules.allow("/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
  for (const auto& place : left.readable) rules.allow(place, to_read);
  for (const auto& place : left.writable) rules.allow(place, to_write);
  return rules.enforce() ? static_cast<int>(version) : 0;
}

}  // namespace base
