#include "queue_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace rescue::recovery {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

UniqueFd walk_down(UniqueFd fd, const std::string& path) {
  for (std::size_t at = 0; at < path.size() && fd;) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto name = path.substr(at, end - at);
    at = end + 1;
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      errno = EINVAL;
      return {};
    }
    fd = UniqueFd(::openat(fd.get(), name.c_str(), kFolder | O_NOFOLLOW));
  }
  return fd;
}

evidence::FileInfo info_of(const struct stat& info) {
  evidence::FileInfo out;
  out.kind = evidence::FileKind::kRegular;
  out.size = static_cast<std::uint64_t>(info.st_size);
  out.mode = info.st_mode & 07777U;
  out.uid = info.st_uid;
  out.gid = info.st_gid;
  out.inode = info.st_ino;
  return out;
}

}  // namespace

FileMark mark_of(const struct stat& info) {
  return {.device = info.st_dev, .inode = info.st_ino};
}

tl::unexpected<Error> file_fault(const std::string& what) {
  const int code = errno;
  if (code == ENOENT) return fail(ErrorCode::kNotFound, "not-found", what + ": not there");
  if (code == ENOSPC || code == EDQUOT)
    return fail(ErrorCode::kUnavailable, "file-unavailable", what + ": the disk is full");
  return fail(ErrorCode::kUnavailable, "file-unavailable", what + ": " + std::strerror(code));
}

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return file_fault("writing");
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

Result<QueueFolder> QueueFolder::open(const std::string& root, const std::string& path) {
  UniqueFd base(::open(root.c_str(), kFolder));
  if (!base) return file_fault(root);
  open_how how{};
  how.flags = kFolder;
  how.resolve = RESOLVE_IN_ROOT;
  UniqueFd fd(static_cast<int>(::syscall(SYS_openat2, base.get(), path.c_str(), &how, sizeof how)));
  if (!fd && (errno == ENOSYS || errno == EPERM)) fd = walk_down(std::move(base), path);
  if (!fd) return file_fault(path);
  return QueueFolder(std::move(fd));
}

Result<QueueFolder> QueueFolder::open_in(const std::string& name) const {
  UniqueFd fd(::openat(fd_.get(), name.c_str(), kFolder | O_NOFOLLOW));
  if (!fd) return file_fault(name);
  return QueueFolder(std::move(fd));
}

Result<QueueFolder> QueueFolder::make_in(const std::string& path, mode_t mode) const {
  UniqueFd at(::openat(fd_.get(), ".", kFolder));
  for (std::size_t from = 0; from < path.size();) {
    const auto end = std::min(path.find('/', from), path.size());
    const auto name = path.substr(from, end - from);
    from = end + 1;
    if (name.empty()) continue;
    struct stat above {};
    if (::fstat(at.get(), &above) != 0) return file_fault(path);
    const bool made = ::mkdirat(at.get(), name.c_str(), mode) == 0;
    if (!made && errno != EEXIST) return file_fault(path);
    UniqueFd next(::openat(at.get(), name.c_str(), kFolder | O_NOFOLLOW));
    if (!next) return file_fault(path);
    // As the folder it lies in: the mail server must be able to use it.
    if (made && (::fchown(next.get(), above.st_uid, above.st_gid) != 0 || ::fchmod(next.get(), mode) != 0))
      return file_fault(path);
    at = std::move(next);
  }
  return QueueFolder(std::move(at));
}

Result<QueueFolder> QueueFolder::own_in(const std::string& name, bool make) const {
  if (make && ::mkdirat(fd_.get(), name.c_str(), 0700) != 0 && errno != EEXIST) return file_fault(name);
  RESCUE_ASSIGN(auto folder, open_in(name));
  struct stat info {};
  if (::fstat(folder.fd(), &info) != 0) return file_fault(name);
  if (info.st_uid != ::geteuid() || (info.st_mode & 077U) != 0)
    return fail(ErrorCode::kUnavailable, "file-unavailable",
                name + " belongs to others, or others may look into it");
  return folder;
}

Result<std::vector<std::string>> QueueFolder::names(std::size_t most, bool& cut) const {
  const int copy = ::openat(fd_.get(), ".", kFolder);
  if (copy < 0) return file_fault("listing");
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(copy), ::closedir);
  if (!folder) {
    ::close(copy);
    return file_fault("listing");
  }
  std::vector<std::string> out;
  for (;;) {
    errno = 0;
    const auto* const entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (out.size() >= most) {
      cut = true;
      break;
    }
    out.emplace_back(name);
  }
  if (errno != 0) return file_fault("listing");
  return out;
}

std::optional<struct stat> QueueFolder::look(const std::string& name) const {
  struct stat info {};
  if (::fstatat(fd_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return info;
}

Result<evidence::OpenFile> QueueFolder::open_file(const std::string& name, int flags) const {
  // Without waiting: a FIFO opens at once, and is told by its kind.
  UniqueFd fd(::openat(fd_.get(), name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!fd && errno == ELOOP) return fail(ErrorCode::kInvalid, "not-a-regular-file", name + " is a link");
  if (!fd) return file_fault(name);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return file_fault(name);
  if (!S_ISREG(info.st_mode))
    return fail(ErrorCode::kInvalid, "not-a-regular-file", name + " is no regular file");
  return evidence::OpenFile(std::move(fd), info_of(info));
}

Result<std::string> QueueFolder::read(const std::string& name, std::size_t most) const {
  RESCUE_ASSIGN(auto file, open_file(name));
  std::string bytes(std::min<std::uint64_t>(most, file.info().size + 1), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    RESCUE_ASSIGN(const auto got, file.read({bytes.data() + have, bytes.size() - have}));
    if (got == 0) break;
    have += got;
    if (have == bytes.size() && have < most) bytes.resize(std::min(most, have * 2));
  }
  bytes.resize(have);
  return bytes;
}

Status QueueFolder::remove(const std::string& name) const {
  if (::unlinkat(fd_.get(), name.c_str(), 0) != 0) return file_fault(name);
  return {};
}

Result<std::size_t> QueueFolder::clear() const {
  constexpr std::size_t kAtOnce = 100'000;
  std::size_t deleted = 0;
  for (bool more = true; more;) {
    more = false;
    RESCUE_ASSIGN(const auto found, names(kAtOnce, more));
    for (const auto& name : found) RESCUE_TRY(remove(name));
    deleted += found.size();
  }
  return deleted;
}

Status QueueFolder::sync() const {
  if (::fsync(fd_.get()) != 0) return file_fault("making it durable");
  return {};
}

}  // namespace rescue::recovery
