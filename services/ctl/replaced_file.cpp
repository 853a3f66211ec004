#include "replaced_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace rescue::ctl {
namespace {

class File {
 public:
  File(const std::string& path, int flags, mode_t mode)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

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
  const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
  if (file.fd() < 0) return system_error("cannot create " + fresh);
  if (::fchmod(file.fd(), existed ? old.st_mode & 07777U : mode_when_new) != 0)
    return system_error("cannot chmod " + fresh);
  if (existed && (old.st_uid != ::geteuid() || old.st_gid != ::getegid()) &&
      ::fchown(file.fd(), old.st_uid, old.st_gid) != 0) {
    return system_error("cannot keep the owner of " + path);
  }
  RESCUE_TRY(write_all(file.fd(), bytes, fresh));
  if (::fsync(file.fd()) != 0) return system_error("cannot write " + fresh);
  return {};
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& path) {
  const std::string name = path + ".lock";
  FileLock lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0 || ::flock(lock.fd_, LOCK_EX) != 0) return system_error("cannot lock " + name);
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

Status replace_file(const std::string& path, std::string_view bytes, mode_t mode_when_new) {
  const std::string fresh = path + ".new";
  RESCUE_TRY(write_fresh(path, fresh, bytes, mode_when_new));
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_error("cannot replace " + path);
  const auto parent = std::filesystem::path(path).parent_path();
  const File directory(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY, 0);
  if (directory.fd() >= 0) ::fsync(directory.fd());
  return {};
}

}  // namespace rescue::ctl
