#include "rescue/fence/folder_place.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "lock_record.hpp"
#include "rescue/base/unique_fd.hpp"

namespace rescue::fence {
namespace {

constexpr const char* kFolder = ".rescue-fence";
constexpr const char* kRecord = "lock";
constexpr const char* kUnfinished = "lock.new";
constexpr std::chrono::milliseconds kLookAgain{10};

tl::unexpected<Error> unavailable(const std::string& operation, int error) {
  return fail(ErrorCode::kUnavailable, "target-unavailable",
              "the lock at the target: " + operation + ": " + std::strerror(error));
}

tl::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::kCorrupt, "lock-damaged", std::string("at the target ") + what);
}

Result<int> open_folder(int root) {
  if (::mkdirat(root, kFolder, 0700) != 0 && errno != EEXIST) return unavailable("mkdir", errno);
  const int fd = ::openat(root, kFolder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0) return fd;
  if (errno == ELOOP || errno == ENOTDIR) return damaged("the folder of the lock is something else");
  return unavailable("open", errno);
}

/// The folder may have been moved away while we waited for it.
bool is_in_place(int root, int folder) {
  struct stat held {};
  struct stat named {};
  return ::fstat(folder, &held) == 0 && ::fstatat(root, kFolder, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

Status wait_for_lock(int folder, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (::flock(folder, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return unavailable("flock", errno);
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(ErrorCode::kUnavailable, "target-unavailable",
                  "another worker is at work at the target and does not come to an end");
    }
    // flock(2) knows no time limit.
    std::this_thread::sleep_for(kLookAgain);
  }
  return {};
}

Status write_whole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unavailable("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(fd) != 0) return unavailable("fsync", errno);
  return {};
}

}  // namespace

Result<std::unique_ptr<FolderPlace>> FolderPlace::open(const std::string& root, Options options) {
  const int fd = ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return unavailable("open its root", errno);
  return std::unique_ptr<FolderPlace>(new FolderPlace(fd, options));
}

FolderPlace::~FolderPlace() {
  ::close(root_);
}

Status FolderPlace::alone(const std::function<Status()>& work) {
  RESCUE_ASSIGN(const int fd, open_folder(root_));
  const UniqueFd folder(fd);  // closing it ends the lock
  RESCUE_TRY(wait_for_lock(fd, options_.patience));
  if (!is_in_place(root_, fd)) return unavailable("open", ENOENT);
  folder_ = fd;
  struct Leave {
    int& folder;
    ~Leave() { folder = -1; }
  } const leave{folder_};
  return work();
}

Result<std::optional<std::string>> FolderPlace::read() {
  // First without opening it: opening a device can already do something.
  struct stat info {};
  const bool there = ::fstatat(folder_, kRecord, &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (!there && errno == ENOENT) return std::optional<std::string>();
  if (!there) return unavailable("stat", errno);
  if (!S_ISREG(info.st_mode)) return damaged("the lock is no file");
  const UniqueFd file(::openat(folder_, kRecord, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file) return unavailable("open", errno);
  // It may have been put there since.
  if (::fstat(file.get(), &info) != 0) return unavailable("stat", errno);
  if (!S_ISREG(info.st_mode)) return damaged("the lock is no file");
  std::string bytes(kRecordBytesMax + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t n = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unavailable("read", errno);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size > kRecordBytesMax) return damaged("the lock is larger than one is");
  bytes.resize(size);
  return std::optional<std::string>(std::move(bytes));
}

Status FolderPlace::write(std::string_view record) {
  if (::unlinkat(folder_, kUnfinished, 0) != 0 && errno != ENOENT) {
    if (errno == EISDIR) return damaged("a folder stands where the lock is written");
    return unavailable("unlink", errno);
  }
  const UniqueFd file(
      ::openat(folder_, kUnfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return unavailable("create", errno);
  RESCUE_TRY(write_whole(file.get(), record));
  if (::renameat(folder_, kUnfinished, folder_, kRecord) != 0) {
    if (errno == EISDIR) return damaged("a folder stands where the lock is");
    return unavailable("rename", errno);
  }
  // The folder's own name, too: whoever made it may have died before it was on disk.
  if (::fsync(folder_) != 0 || ::fsync(root_) != 0) return unavailable("fsync", errno);
  return {};
}

}  // namespace rescue::fence
