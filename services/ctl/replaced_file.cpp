#include "replaced_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace rescue::ctl {
namespace {

tl::unexpected<Error> system_error(const std::string& what) {
  return fail(ErrorCode::kInternal, "bad-key-file", what + ": " + std::strerror(errno));
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_error("cannot write " + path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Keeps the owner and mode that the operators gave the file.
Status write_fresh(const std::string& path, const std::string& fresh, std::string_view bytes,
                   mode_t mode_when_new) {
  struct stat old {};
  const bool existed = ::stat(path.c_str(), &old) == 0;
  const UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return system_error("cannot create " + fresh);
  if (::fchmod(file.get(), existed ? old.st_mode & 07777U : mode_when_new) != 0)
    return system_error("cannot chmod " + fresh);
  if (existed && (old.st_uid != ::geteuid() || old.st_gid != ::getegid()) &&
      ::fchown(file.get(), old.st_uid, old.st_gid) != 0) {
    return system_error("cannot keep the owner of " + path);
  }
  RESCUE_TRY(write_all(file.get(), bytes, fresh));
  if (::fsync(file.get()) != 0) return system_error("cannot write " + fresh);
  return {};
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& path) {
  const std::string name = path + ".lock";
  FileLock lock(UniqueFd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)));
  if (!lock.file_ || ::flock(lock.file_.get(), LOCK_EX) != 0) return system_error("cannot lock " + name);
  return lock;
}

Status replace_file(const std::string& path, std::string_view bytes, mode_t mode_when_new) {
  const std::string fresh = path + ".new";
  RESCUE_TRY(write_fresh(path, fresh, bytes, mode_when_new));
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_error("cannot replace " + path);
  const auto parent = std::filesystem::path(path).parent_path();
  const UniqueFd directory(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) ::fsync(directory.get());
  return {};
}

}  // namespace rescue::ctl
