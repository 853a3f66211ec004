#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "rescue/base/result.hpp"
#include "rescue/base/unique_fd.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::recovery {

/// What makes a file this file, whatever it is called.
struct FileMark {
  std::uint64_t device = 0, inode = 0;
  bool operator==(const FileMark&) const = default;
};
FileMark mark_of(const struct stat& info);

/// An open folder. Names in it are single components; links in it are never followed. One thread at a time.
class QueueFolder {
 public:
  /// `path` inside `root`, links resolved within it (openat2); refused where there are links and the kernel
  /// is older than 5.6. kNotFound, kUnavailable ("file-unavailable").
  static Result<QueueFolder> open(const std::string& root, const std::string& path);
  /// A folder in it, never by a link.
  Result<QueueFolder> open_in(const std::string& name) const;
  /// The same; folder and everything above it in `path` ("A/B") is made where it is missing, with this mode
  /// and the owner of the folder that it lies in.
  Result<QueueFolder> make_in(const std::string& path, mode_t mode) const;

  /// A folder of our own in it, 0700. kUnavailable ("file-unavailable") where it belongs to others.
  Result<QueueFolder> own_in(const std::string& name, bool make) const;

  /// Names in no order; `cut` where there are more than `most`.
  Result<std::vector<std::string>> names(std::size_t most, bool& cut) const;
  std::optional<struct stat> look(const std::string& name) const;
  /// A regular file. kNotFound; kInvalid ("not-a-regular-file") for all else; never blocks.
  Result<evidence::OpenFile> open_file(const std::string& name, int flags = 0) const;
  /// At most `most` bytes of it.
  Result<std::string> read(const std::string& name, std::size_t most) const;

  /// Moves a file to another folder, not over another file. Between file systems it is copied, made durable,
  /// and deleted here. kNotFound where it is gone; kConflict ("not-allowed-value") where something stands
  /// there; kUnavailable ("file-unavailable").
  Status move(const std::string& name, const QueueFolder& to, const std::string& new_name) const;
  Status remove(const std::string& name) const;
  /// Deletes every file in it; how many.
  Result<std::size_t> clear() const;
  /// Writes a file under another name, makes it durable and puts it in the place of `name`. Owner and mode as
  /// `like` says.
  Status put(const std::string& name, std::string_view bytes, const struct stat* like = nullptr) const;
  /// What was done in it is durable when this returns.
  Status sync() const;
  int fd() const { return fd_.get(); }

 private:
  explicit QueueFolder(UniqueFd fd) : fd_(std::move(fd)) {}
  Status copy(const std::string& name, const QueueFolder& to, const std::string& new_name) const;
  UniqueFd fd_;
};

/// Writes all of it. kUnavailable ("file-unavailable"), which says so where the disk is full.
Status write_all(int fd, std::string_view bytes);
tl::unexpected<Error> file_fault(const std::string& what);

}  // namespace rescue::recovery
