#pragma once

#include <cstdint>
#include <string>

namespace rescue::catalog {

/// What tells a file from the one that stood there before; times are the file system's, to the nanosecond.
struct FileStamp {
  std::int64_t device = -1, inode = -1, bytes = -1, modified_ns = -1, changed_ns = -1;
  bool operator==(const FileStamp&) const = default;
};

/// Of a file that cannot be looked at: all -1.
FileStamp stamp_of(const std::string& path);

}  // namespace rescue::catalog
