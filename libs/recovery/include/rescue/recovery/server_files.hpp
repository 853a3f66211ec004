#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"
#include "rescue/base/unique_fd.hpp"
#include "rescue/recovery/file_change.hpp"

namespace rescue::recovery {

/// The files of a running server, to be read and replaced. The server is hostile: paths are absolute, no
/// link is followed on the way or at their end, what is no regular file is not even opened, nothing above
/// 16 MiB is read. One thread at a time.
class ServerFiles {
 public:
  static constexpr std::size_t kMostBytes = 16 << 20;
  /// The last second that a time in nanoseconds can hold; a file may claim any other.
  static constexpr std::int64_t kMostSeconds = INT64_MAX / 1'000'000'000 - 1;

  /// `root` is "/" on a server, a folder in tests. kNotFound where it cannot be opened.
  static Result<ServerFiles> open(const std::string& root);

  /// Nothing where there is no such file; a time before 1970 is told as 0, one after kMostSeconds as that.
  /// kConflict ("unsafe-file") where a link, a device, a FIFO or
  /// something too large stands there, or it cannot be read or written however often it is tried (immutable,
  /// a mount, a read-only or full file system); kUnavailable ("target-unavailable").
  Result<std::optional<FileState>> read(std::string_view path) const;
  /// Writes a file beside it, with owner, mode, time and attributes, makes it durable and puts it in place,
  /// whole or not at all. Errors as of `read`.
  Status put(std::string_view path, const FileState& state) const;
  /// Takes a file away; fine where there is none.
  Status remove(std::string_view path) const;
  /// Either of both.
  Status make(std::string_view path, const std::optional<FileState>& state) const;
  /// Makes a folder of root's own (0700) and those above it (0755); fine where it is there and is nobody
  /// else's. kConflict ("unsafe-file").
  Status make_private_folder(std::string_view path) const;
  /// Where the links of `path` lead to within the root, without any. kNotFound: there is no such file, which
  /// no other error says.
  Result<std::string> resolved(const std::string& path) const;

  /// The root's own path, for programs that take a path.
  const std::string& root() const { return path_; }
  /// `path` as this process would open it.
  std::string outer(std::string_view path) const;

 private:
  ServerFiles(std::string path, UniqueFd root) : path_(std::move(path)), root_(std::move(root)) {}
  Result<UniqueFd> folder_of(std::string_view path, std::string& name) const;
  std::string path_;
  UniqueFd root_;
};

}  // namespace rescue::recovery
