#include "exim_queue_lock.hpp"

#include <fcntl.h>

namespace rescue::recovery {

Result<UniqueFd> lock_exim_message(const QueueFolder& folder, const std::string& id, const FileMark& mark) {
  const auto name = id + "-D";
  UniqueFd fd(::openat(folder.fd(), name.c_str(), O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return file_fault(name);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_len = static_cast<off_t>(name.size() + 1);
  if (::fcntl(fd.get(), F_SETLK, &lock) != 0)
    return fail(ErrorCode::kConflict, "not-allowed-value", id + " is being delivered");
  struct stat opened {};
  const auto now = folder.look(name);
  if (::fstat(fd.get(), &opened) != 0 || mark_of(opened) != mark || !now || mark_of(*now) != mark)
    return fail(ErrorCode::kNotFound, "not-found", id + " is not in the queue any more");
  return fd;
}

}  // namespace rescue::recovery
