#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace base {

/// The file's bytes; none if it does not exist. Throws std::runtime_error, which names the file, if it cannot
/// be read or is larger than `limit` bytes.
std::optional<std::string> read_file(const std::filesystem::path&, size_t limit);

}  // namespace base
