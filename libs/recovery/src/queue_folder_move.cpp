#include <fcntl.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "queue_folder.hpp"

namespace rescue::recovery {
namespace {

/// renameat2(2) is Linux 3.15; below, between look and rename another file could come to stand there.
int rename_over_nothing(int from, const char* name, int to, const char* new_name) {
  const auto done = static_cast<int>(::syscall(SYS_renameat2, from, name, to, new_name, RENAME_NOREPLACE));
  if (done == 0 || (errno != ENOSYS && errno != EINVAL)) return done;
  if (::faccessat(to, new_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return -1;
  }
  return ::renameat(from, name, to, new_name);
}

Status set_like(int fd, const struct stat& like) {
  const std::array<timespec, 2> times{like.st_atim, like.st_mtim};
  if (::fchown(fd, like.st_uid, like.st_gid) != 0 || ::fchmod(fd, like.st_mode & 07777U) != 0 ||
      ::futimens(fd, times.data()) != 0)
    return file_fault("setting owner and mode");
  return {};
}

}  // namespace

Status QueueFolder::move(const std::string& name, const QueueFolder& to, const std::string& new_name) const {
  if (rename_over_nothing(fd_.get(), name.c_str(), to.fd(), new_name.c_str()) == 0) return {};
  if (errno == EEXIST)
    return fail(ErrorCode::kConflict, "not-allowed-value", new_name + ": another file stands there");
  if (errno == EXDEV) return copy(name, to, new_name);
  return file_fault(name);
}

Status QueueFolder::copy(const std::string& name, const QueueFolder& to, const std::string& new_name) const {
  RESCUE_ASSIGN(auto file, open_file(name));
  const auto info = look(name);
  if (!info || info->st_ino != file.info().inode)
    return fail(ErrorCode::kNotFound, "not-found", name + ": not there");
  const auto unfinished = ".copy." + new_name;
  ::unlinkat(to.fd(), unfinished.c_str(), 0);
  const UniqueFd out(
      ::openat(to.fd(), unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out) return file_fault(new_name);
  const auto write_it = [&]() -> Status {
    std::array<char, 65536> block{};
    for (;;) {
      RESCUE_ASSIGN(const auto got, file.read(block));
      if (got == 0) break;
      RESCUE_TRY(write_all(out.get(), {block.data(), got}));
    }
    RESCUE_TRY(set_like(out.get(), *info));
    if (::fsync(out.get()) != 0) return file_fault(new_name);
    if (rename_over_nothing(to.fd(), unfinished.c_str(), to.fd(), new_name.c_str()) != 0)
      return file_fault(new_name);
    return to.sync();
  };
  if (auto done = write_it(); !done) {
    ::unlinkat(to.fd(), unfinished.c_str(), 0);
    return done;
  }
  return remove(name);
}

Status QueueFolder::put(const std::string& name, std::string_view bytes, const struct stat* like) const {
  // Exim itself calls a header file that it writes "hdr." and the process.
  const auto unfinished = "hdr." + std::to_string(::getpid());
  ::unlinkat(fd_.get(), unfinished.c_str(), 0);
  const UniqueFd out(
      ::openat(fd_.get(), unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out) return file_fault(name);
  const auto write_it = [&]() -> Status {
    RESCUE_TRY(write_all(out.get(), bytes));
    if (like != nullptr) RESCUE_TRY(set_like(out.get(), *like));
    if (::fsync(out.get()) != 0) return file_fault(name);
    if (::renameat(fd_.get(), unfinished.c_str(), fd_.get(), name.c_str()) != 0) return file_fault(name);
    return sync();
  };
  auto done = write_it();
  if (!done) ::unlinkat(fd_.get(), unfinished.c_str(), 0);
  return done;
}

}  // namespace rescue::recovery
