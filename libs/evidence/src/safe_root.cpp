#include "rescue/evidence/safe_root.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>

namespace rescue::evidence {
namespace {

constexpr int kMaxLinks = 40;  // as the kernel's own limit
constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

Timestamp to_time(const timespec& t) {
  return from_us(static_cast<std::int64_t>(t.tv_sec) * 1'000'000 + t.tv_nsec / 1000);
}

FileInfo to_info(const struct stat& st) {
  FileInfo info;
  info.kind = S_ISREG(st.st_mode)   ? FileKind::kRegular
              : S_ISDIR(st.st_mode) ? FileKind::kDirectory
              : S_ISLNK(st.st_mode) ? FileKind::kSymlink
                                    : FileKind::kOther;
  info.size = static_cast<std::uint64_t>(st.st_size);
  info.stored = static_cast<std::uint64_t>(st.st_blocks) * 512;
  info.mode = st.st_mode & 07777U;
  info.uid = st.st_uid;
  info.gid = st.st_gid;
  info.inode = st.st_ino;
  info.mtime = to_time(st.st_mtim);
  info.ctime = to_time(st.st_ctim);
  return info;
}

Error error_of(int number, std::string_view path) {
  const auto text = std::string(path) + ": " + ::strerror(number);
  if (number == ENOENT || number == ENOTDIR) return {ErrorCode::kNotFound, "no-such-file", text};
  if (number == ELOOP) return {ErrorCode::kInvalid, "not-a-regular-file", std::string(path) + ": a link"};
  return {ErrorCode::kUnavailable, "unreadable-file", text};
}

std::string relative(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return path.empty() ? "." : std::string(path);
}

/// Puts the components of `path` before those in `queue`.
void prepend_components(std::deque<std::string>& queue, std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (slash != 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  queue.insert(queue.begin(), parts.begin(), parts.end());
}

Result<std::string> read_link(int fd, std::string_view path) {
  std::string target(4096, '\0');
  const auto size = ::readlinkat(fd, "", target.data(), target.size());
  if (size < 0) return fail(error_of(errno, path));
  target.resize(static_cast<std::size_t>(size));
  return target;
}

}  // namespace

OpenFile::OpenFile(std::shared_ptr<const std::string> bytes, FileInfo info)
    : info_(info), board_(nullptr), bytes_(std::move(bytes)) {
  info_.size = info_.stored = bytes_->size();
}

Result<std::size_t> OpenFile::read(std::span<char> into) {
  if (bytes_) {
    RESCUE_ASSIGN(const auto got, read_at(position_, into));
    position_ += got;
    return got;
  }
  ssize_t got = 0;
  do {
    got = ::read(fd_.get(), into.data(), into.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return fail(error_of(errno, "read"));
  if (board_ != nullptr) board_->advance(static_cast<std::uint64_t>(got));
  return static_cast<std::size_t>(got);
}

Result<std::size_t> OpenFile::read_at(std::uint64_t offset, std::span<char> into) const {
  if (bytes_) {
    const auto from = std::min<std::uint64_t>(offset, bytes_->size());
    return bytes_->copy(into.data(), into.size(), static_cast<std::size_t>(from));
  }
  std::size_t have = 0;
  while (have < into.size()) {
    const auto got =
        ::pread(fd_.get(), into.data() + have, into.size() - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(error_of(errno, "read"));
    if (got == 0) break;
    if (board_ != nullptr) board_->advance(static_cast<std::uint64_t>(got));
    have += static_cast<std::size_t>(got);
  }
  return have;
}

std::pair<std::uint64_t, std::uint64_t> OpenFile::next_data(std::uint64_t offset) const {
  if (bytes_) return {std::min(offset, info_.size), info_.size};
  const auto data = ::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_DATA);
  if (data < 0) {
    // ENXIO: only a hole is left. Anything else: the file system does not tell, so all of it is data.
    if (errno == ENXIO || offset >= info_.size) return {info_.size, info_.size};
    return {offset, info_.size};
  }
  const auto hole = ::lseek(fd_.get(), data, SEEK_HOLE);
  ::lseek(fd_.get(), data, SEEK_SET);
  return {static_cast<std::uint64_t>(data), hole < 0 ? info_.size : static_cast<std::uint64_t>(hole)};
}

std::string OpenFile::attribute(const char* name) const {
  if (bytes_) return "";
  std::string value(4096, '\0');
  const auto size = ::fgetxattr(fd_.get(), name, value.data(), value.size());
  value.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return value;
}

Result<SafeRoot> SafeRoot::open(const std::string& directory, Method method) {
  UniqueFd fd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail(error_of(errno, directory));
  if (method == Method::kAutomatic) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    UniqueFd probe(static_cast<int>(::syscall(SYS_openat2, fd.get(), ".", &how, sizeof(how))));
    // ENOSYS before Linux 5.6, EPERM where a container's filter does not know it.
    if (!probe && (errno == ENOSYS || errno == EPERM)) method = Method::kComponentWalk;
  }
  return SafeRoot(std::move(fd), method);
}

Result<UniqueFd> SafeRoot::open_by_kernel(const std::string& path, int flags, LastLink last) const {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | (last == LastLink::kRefuse ? O_NOFOLLOW : 0));
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  for (int tries = 0;; ++tries) {
    UniqueFd fd(static_cast<int>(::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof(how))));
    if (fd) return fd;
    // EAGAIN: something was renamed meanwhile and the kernel could not be sure; it asks to try again.
    if (errno != EAGAIN || tries == 16) return fail(error_of(errno, path));
  }
}

Result<UniqueFd> SafeRoot::open_by_walk(const std::string& path, int flags, LastLink last) const {
  std::deque<std::string> queue;
  prepend_components(queue, path);
  std::vector<UniqueFd> parents;  // the way down from the root, so that ".." never leaves it
  const auto here = [&] { return parents.empty() ? root_.get() : parents.back().get(); };
  int links = 0;
  while (!queue.empty()) {
    const auto name = std::move(queue.front());
    queue.pop_front();
    if (name == ".") continue;
    if (name == "..") {
      if (!parents.empty()) parents.pop_back();
      continue;
    }
    UniqueFd step(::openat(here(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!step) return fail(error_of(errno, path));
    struct stat st {};
    if (::fstat(step.get(), &st) != 0) return fail(error_of(errno, path));
    if (S_ISLNK(st.st_mode) && (!queue.empty() || last == LastLink::kFollow)) {
      if (++links > kMaxLinks) return fail(error_of(ELOOP, path));
      RESCUE_ASSIGN(const auto target, read_link(step.get(), path));
      if (target.starts_with('/')) parents.clear();
      prepend_components(queue, target);
      continue;
    }
    if (!queue.empty() || S_ISDIR(st.st_mode)) {
      parents.push_back(std::move(step));
      continue;
    }
    UniqueFd fd(::openat(here(), name.c_str(), flags | O_NOFOLLOW));
    if (!fd) return fail(error_of(errno, path));
    return fd;
  }
  UniqueFd fd(::openat(here(), ".", flags));
  if (!fd) return fail(error_of(errno, path));
  return fd;
}

Result<UniqueFd> SafeRoot::open_path(std::string_view path, int flags, LastLink last) const {
  if (path.find('\0') != std::string_view::npos) return fail(error_of(ENOENT, "path with a NUL byte"));
  const auto inside = relative(path);
  return method_ == Method::kComponentWalk ? open_by_walk(inside, flags, last)
                                           : open_by_kernel(inside, flags, last);
}

Result<OpenFile> SafeRoot::open_file(std::string_view path, LastLink last) const {
  const auto whole = "/" + relative(path);
  if (const auto out = left_out_.find(whole); out != left_out_.end())
    return fail(ErrorCode::kUnavailable, "unreadable-file", whole + ": " + out->second);
  // First without opening it (O_PATH): opening a device can already do something.
  RESCUE_ASSIGN(const auto seen, info(path, last));
  if (seen.kind != FileKind::kRegular) {
    return fail(ErrorCode::kInvalid, "not-a-regular-file", std::string(path) + ": not a regular file");
  }
  auto fd = open_path(path, kReadFlags | O_NOATIME, last);
  // O_NOATIME is for the owner and root only; reading matters more than the access time.
  if (!fd) fd = open_path(path, kReadFlags, last);
  if (!fd) return fail(fd.error());
  struct stat st {};
  if (::fstat(fd->get(), &st) != 0) return fail(error_of(errno, path));
  if (!S_ISREG(st.st_mode)) {
    return fail(ErrorCode::kInvalid, "not-a-regular-file", std::string(path) + ": changed while opened");
  }
  if (board_ != nullptr) board_->take_up(whole);
  return OpenFile(*std::move(fd), to_info(st), board_);
}

Result<DirectoryListing> SafeRoot::list(std::string_view path, std::size_t max_entries) const {
  auto fd = open_path(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOATIME, LastLink::kFollow);
  if (!fd && fd.error().code != ErrorCode::kNotFound) {
    fd = open_path(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, LastLink::kFollow);
  }
  if (!fd) return fail(fd.error());
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(fd->get()), ::closedir);
  if (!directory) return fail(error_of(errno, path));
  const int number = fd->release();  // closedir closes it
  DirectoryListing listing;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (board_ != nullptr) board_->beat();
    if (listing.entries.size() == max_entries) {
      listing.cut = true;
      break;
    }
    struct stat st {};
    if (::fstatat(number, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone meanwhile
    listing.entries.push_back({std::string(name), to_info(st)});
  }
  std::sort(listing.entries.begin(), listing.entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return listing;
}

Result<FileInfo> SafeRoot::info(std::string_view path, LastLink last) const {
  RESCUE_ASSIGN(const auto fd, open_path(path, O_PATH | O_CLOEXEC, last));
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return fail(error_of(errno, path));
  return to_info(st);
}

Result<std::string> SafeRoot::link_target(std::string_view path) const {
  RESCUE_ASSIGN(const auto fd, open_path(path, O_PATH | O_CLOEXEC, LastLink::kRefuse));
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return fail(error_of(errno, path));
  if (!S_ISLNK(st.st_mode)) return fail(ErrorCode::kInvalid, "not-a-link", std::string(path));
  return read_link(fd.get(), path);
}

Result<std::string> SafeRoot::read_small(std::string_view path, std::size_t max_bytes) const {
  RESCUE_ASSIGN(auto file, open_file(path));
  std::string text;
  std::array<char, 16384> piece{};
  for (;;) {
    RESCUE_ASSIGN(const auto got, file.read(piece));
    if (got == 0) return text;
    if (text.size() + got > max_bytes) {
      return fail(ErrorCode::kTooLarge, "file-too-large", std::string(path) + ": larger than it can be");
    }
    text.append(piece.data(), got);
  }
}

}  // namespace rescue::evidence
