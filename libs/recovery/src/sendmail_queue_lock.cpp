#include "sendmail_queue_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace rescue::recovery {

Result<std::string> LockedQueueFile::read(std::size_t most) const {
  std::string bytes(std::min<std::uint64_t>(most, static_cast<std::uint64_t>(info.st_size)), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got = ::pread(fd.get(), bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_fault("reading a queue file");
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Result<LockedQueueFile> lock_sendmail_file(const QueueFolder& folder, const std::string& name) {
  LockedQueueFile out;
  out.fd =
      UniqueFd(::openat(folder.fd(), name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!out.fd) return file_fault(name);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  const bool locked =
      ::flock(out.fd.get(), LOCK_EX | LOCK_NB) == 0 && ::fcntl(out.fd.get(), F_SETLK, &whole) == 0;
  const auto now = folder.look(name);
  if (!now) return fail(ErrorCode::kNotFound, "not-found", name + ": not there");
  if (::fstat(out.fd.get(), &out.info) != 0 || !S_ISREG(out.info.st_mode))
    return fail(ErrorCode::kInvalid, "not-a-regular-file", name + " is no regular file");
  if (!locked || mark_of(*now) != mark_of(out.info))
    return fail(ErrorCode::kConflict, "not-allowed-value", name + " is being delivered");
  return out;
}

}  // namespace rescue::recovery
