#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/result.hpp"
#include "rescue/base/unique_fd.hpp"
#include "rescue/evidence/read_board.hpp"

namespace rescue::evidence {

enum class FileKind { kRegular, kDirectory, kSymlink, kOther };

struct FileInfo {
  FileKind kind = FileKind::kOther;
  std::uint64_t size = 0;    ///< bytes
  std::uint64_t stored = 0;  ///< bytes that really take room (less than size: the file has holes)
  std::uint32_t mode = 0;    ///< permission bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t inode = 0;
  Timestamp mtime{};
  Timestamp ctime{};
};

/// A regular file inside the root, open for reading. Reads by read(2)/pread(2), never by mmap: a file that
/// shrinks meanwhile gives fewer bytes, not a signal. One thread at a time.
class OpenFile {
 public:
  /// `board`, where there is one, is told what was read; borrowed.
  OpenFile(UniqueFd fd, FileInfo info, ReadBoard* board = nullptr)
      : fd_(std::move(fd)), info_(info), board_(board) {}
  /// Bytes that lie in memory in place of a file, of which `info` tells; they live as long as this does.
  OpenFile(std::shared_ptr<const std::string> bytes, FileInfo info);
  const FileInfo& info() const { return info_; }
  /// Next bytes; 0 at the end. kUnavailable on an I/O error.
  Result<std::size_t> read(std::span<char> into);
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const;
  /// Start and end of the next stretch of stored bytes at or after `offset`; {size, size} when there is none.
  std::pair<std::uint64_t, std::uint64_t> next_data(std::uint64_t offset) const;
  /// An extended attribute (xattr(7)) of at most 4 KiB; empty when there is none.
  std::string attribute(const char* name) const;

 private:
  UniqueFd fd_;
  FileInfo info_;
  ReadBoard* board_;
  std::shared_ptr<const std::string> bytes_;  // null: the file
  std::size_t position_ = 0;                  // in these bytes
};

struct DirectoryEntry {
  std::string name;
  FileInfo info;
};

struct DirectoryListing {
  std::vector<DirectoryEntry> entries;  ///< sorted by name (bytes), without "." and ".."
  bool cut = false;                     ///< there were more than asked for
};

/// The root of the investigated server. Every path is the server's own ("/etc/passwd"; the leading slash is
/// optional) and is resolved inside the root, symbolic links included, absolute ones and ".." too. Opens for
/// reading only, without touching access times where the kernel permits it. Thread-safe.
///
/// openat2(2) with RESOLVE_IN_ROOT does the resolving; below Linux 5.6 a walk, one component at a time with
/// O_NOFOLLOW, does the same.
class SafeRoot {
 public:
  enum class Method { kAutomatic, kComponentWalk };
  enum class LastLink { kFollow, kRefuse };

  /// kNotFound or kInvalid when `directory` is no usable directory of this machine.
  static Result<SafeRoot> open(const std::string& directory, Method method = Method::kAutomatic);

  /// kNotFound; kInvalid "not-a-regular-file" for FIFOs, devices, sockets, directories and (with kRefuse)
  /// links; kUnavailable otherwise. Never blocks on a FIFO and never opens a device.
  Result<OpenFile> open_file(std::string_view path, LastLink last = LastLink::kFollow) const;
  /// Sorted; at most `max_entries`. kNotFound; kInvalid when it is no directory.
  Result<DirectoryListing> list(std::string_view path, std::size_t max_entries) const;
  /// lstat(2) or stat(2) inside the root.
  Result<FileInfo> info(std::string_view path, LastLink last = LastLink::kRefuse) const;
  /// A symbolic link's text as it stands. kInvalid when it is none.
  Result<std::string> link_target(std::string_view path) const;
  /// A whole small file. kTooLarge above `max_bytes`.
  Result<std::string> read_small(std::string_view path, std::size_t max_bytes) const;

  Method method() const { return method_; }
  /// From now on without openat2. Not thread-safe.
  void walk_by_components() { method_ = Method::kComponentWalk; }

  /// From now on `board` is told what is read. Borrowed. Not thread-safe.
  void tell(ReadBoard& board) { board_ = &board; }
  ReadBoard* board() const { return board_; }
  /// These files are not opened any more: kUnavailable with the reason beside each. Not thread-safe.
  void leave_out(std::map<std::string, std::string> reasons) { left_out_ = std::move(reasons); }

 private:
  SafeRoot(UniqueFd root, Method method) : root_(std::move(root)), method_(method) {}
  Result<UniqueFd> open_path(std::string_view path, int flags, LastLink last) const;
  Result<UniqueFd> open_by_kernel(const std::string& path, int flags, LastLink last) const;
  Result<UniqueFd> open_by_walk(const std::string& path, int flags, LastLink last) const;

  UniqueFd root_;
  Method method_;
  ReadBoard* board_ = nullptr;
  std::map<std::string, std::string> left_out_;  // by path
};

}  // namespace rescue::evidence
