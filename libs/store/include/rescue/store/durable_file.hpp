#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"

namespace rescue::store {

/// What is in a file.
struct FileDigest {
  std::uint64_t bytes = 0;
  std::string sha256;
  bool operator==(const FileDigest&) const = default;
};

/// Reads a regular file; a symlink in the last component is not followed, and a FIFO does not block. All
/// functions here fail with "file-unavailable": kNotFound, kConflict (there is something already), kCorrupt
/// (no regular file), else kUnavailable.
Result<FileDigest> digest_file(const std::string& path);
/// Copies into a new file of `mode`, which is durable when it returns; a failure leaves nothing. The name
/// itself is durable after `sync_directory`. Returns what was copied.
Result<FileDigest> copy_file(const std::string& from, const std::string& to, mode_t mode);
/// Writes a new file, as above.
Status write_file(const std::string& to, std::string_view bytes, mode_t mode);
/// Makes the content of a file, or the names in a directory, durable.
Status sync_file(const std::string& path);
Status sync_directory(const std::string& path);
/// Creates `path` and what is missing above it, for the owner only, and makes the names durable.
Status make_directories(const std::string& path);
/// Makes the name durable too.
Status rename_file(const std::string& from, const std::string& to);
/// When the caller is root: gives `path` to the owner of the directory it is in, whose services will use it.
Status give_to_owner_of_directory(const std::string& path);

}  // namespace rescue::store
