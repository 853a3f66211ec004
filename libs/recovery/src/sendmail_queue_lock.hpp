#pragma once

#include <string>

#include "queue_folder.hpp"

namespace rescue::recovery {

/// A queue file of Sendmail, open and locked until it is closed.
struct LockedQueueFile {
  UniqueFd fd;
  struct stat info {};

  /// At most `most` bytes of it, by this descriptor: another one of this process would end the lock when it
  /// is closed (fcntl(2)).
  Result<std::string> read(std::size_t most) const;
};

/// Both of the locks that sendmail may have been built with: flock(2) (Debian since 8.17), fcntl(2) on all of
/// the file (elsewhere). Looked at again under it: a file that was written anew meanwhile has another inode.
/// kConflict where another process has it, or it is another file by now; kNotFound.
Result<LockedQueueFile> lock_sendmail_file(const QueueFolder& folder, const std::string& name);

}  // namespace rescue::recovery
