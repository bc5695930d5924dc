#pragma once
#include <string>

namespace store {

/// Makes an empty file for the owner alone, under any umask; one that exists is left as it is: its owner may
/// share it with a group on purpose. Made by root, it belongs to whom the folder belongs to. SQLite gives its
/// -wal, -shm and -journal the same mode. Throws StoreError.
void make_private_file(const std::string& path);

/// The error code of making a file in the folder that this one is in; 0 if one can be made.
int why_nothing_can_be_made(const std::string& path);

/// Throws StoreError unless a file can be made in the folder that this one is to be in.
void check_folder(const std::string& path);

/// Whether other machines may have the file open too, with which WAL's shared memory is not shared.
bool on_network(const std::string& path);

}  // namespace store
