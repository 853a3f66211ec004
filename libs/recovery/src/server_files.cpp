#include "rescue/recovery/server_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace rescue::recovery {
namespace {

constexpr std::int64_t kNanos = 1'000'000'000;
constexpr mode_t kPermissions = 07777;
constexpr std::array kAttributes{"security.selinux", "system.posix_acl_access"};

tl::unexpected<Error> unsafe(std::string_view path, const std::string& what) {
  return fail(ErrorCode::kConflict, "unsafe-file", std::string(path) + ": " + what);
}

/// It stays so however often it is tried: an immutable file (chattr), one that is mounted itself, a read-only
/// or a full file system. That is this file's trouble, and no other's.
bool is_the_files_own(int number) {
  constexpr std::array kOwn{EPERM, EACCES, EROFS, EBUSY, ENOSPC, EDQUOT};
  return std::find(kOwn.begin(), kOwn.end(), number) != kOwn.end();
}

tl::unexpected<Error> unavailable(std::string_view path, const char* operation) {
  const int number = errno;
  const auto what = std::string(operation) + ": " + std::strerror(number);
  if (is_the_files_own(number))
    return unsafe(path, "it cannot be read or written (immutable, mounted, read-only, full?): " + what);
  return fail(ErrorCode::kUnavailable, "target-unavailable", std::string(path) + ": " + what);
}

Result<std::string> read_all(int fd, std::string_view path) {
  std::string bytes;
  std::array<char, 64 * 1024> piece{};
  while (bytes.size() <= ServerFiles::kMostBytes) {
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unavailable(path, "read");
    if (n == 0) return bytes;
    bytes.append(piece.data(), static_cast<std::size_t>(n));
  }
  return unsafe(path, "it is larger than any file that is changed here");
}

Status write_all(int fd, std::string_view bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unavailable(path, "write");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

/// Whoever owns a file gives it any time: the record of a step takes none that is negative or overflows.
std::int64_t kept_time(const timespec& time) {
  if (time.tv_sec < 0) return 0;
  const std::int64_t seconds = time.tv_sec;
  return seconds > ServerFiles::kMostSeconds ? ServerFiles::kMostSeconds * kNanos
                                             : seconds * kNanos + time.tv_nsec;
}

void read_attributes(int fd, FileState& state) {
  std::array<char, 4096> value{};
  for (const auto* name : kAttributes) {
    const ssize_t n = ::fgetxattr(fd, name, value.data(), value.size());
    if (n > 0) state.attributes[name] = std::string(value.data(), static_cast<std::size_t>(n));
  }
}

/// Owner first: it takes setuid bits away.
Status dress(int fd, const FileState& state, std::string_view path) {
  if (::fchown(fd, state.uid, state.gid) != 0) return unavailable(path, "chown");
  if (::fchmod(fd, state.mode & kPermissions) != 0) return unavailable(path, "chmod");
  for (const auto& [name, value] : state.attributes) {
    // A file system that keeps none of these has none to lose.
    if (::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0) != 0 && errno != ENOTSUP)
      return unavailable(path, "setxattr");
  }
  if (state.mtime_ns == 0) return {};
  const timespec time{.tv_sec = state.mtime_ns / kNanos, .tv_nsec = state.mtime_ns % kNanos};
  const std::array<timespec, 2> times{time, time};
  if (::futimens(fd, times.data()) != 0) return unavailable(path, "utimens");
  return {};
}

/// The words between the slashes. kInvalid for a path that is not absolute or goes up.
Result<std::vector<std::string>> components(std::string_view path) {
  std::vector<std::string> out;
  const auto bad = [&] {
    return fail(ErrorCode::kConflict, "unsafe-file", std::string(path) + " is no plain absolute path");
  };
  if (!path.starts_with('/') || path.size() > 4096 || path.find('\0') != path.npos) return bad();
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    const auto word = path.substr(0, end);
    if (word == "." || word == "..") return bad();
    if (!word.empty()) out.emplace_back(word);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  if (out.empty()) return bad();
  return out;
}

}  // namespace

Result<ServerFiles> ServerFiles::open(const std::string& root) {
  UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail(ErrorCode::kNotFound, "target-unavailable", "the root " + root + " cannot be opened");
  return ServerFiles(root == "/" ? std::string() : root, std::move(fd));
}

std::string ServerFiles::outer(std::string_view path) const {
  return path_ + std::string(path);
}

Result<UniqueFd> ServerFiles::folder_of(std::string_view path, std::string& name) const {
  RESCUE_ASSIGN(auto words, components(path));
  name = words.back();
  words.pop_back();
  UniqueFd folder(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0));
  for (const auto& word : words) {
    UniqueFd next(::openat(folder.get(), word.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next && errno == ENOENT)
      return fail(ErrorCode::kNotFound, "target-unavailable",
                  std::string(path) + ": there is no such folder");
    if (!next && (errno == ELOOP || errno == ENOTDIR)) return unsafe(path, "a link stands on the way to it");
    if (!next) return unavailable(path, "open its folder");
    folder = std::move(next);
  }
  return folder;
}

Result<std::optional<FileState>> ServerFiles::read(std::string_view path) const {
  std::string name;
  auto folder = folder_of(path, name);
  if (!folder && folder.error().code == ErrorCode::kNotFound) return std::optional<FileState>();
  if (!folder) return fail(folder.error());
  // First without opening it: opening a device can already do something.
  struct stat info {};
  const bool there = ::fstatat(folder->get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (!there && errno == ENOENT) return std::optional<FileState>();
  if (!there) return unavailable(path, "stat");
  if (!S_ISREG(info.st_mode)) return unsafe(path, S_ISLNK(info.st_mode) ? "it is a link" : "it is no file");
  const UniqueFd file(
      ::openat(folder->get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file) return unavailable(path, "open");
  if (::fstat(file.get(), &info) != 0) return unavailable(path, "stat");
  if (!S_ISREG(info.st_mode)) return unsafe(path, "it is no file");
  FileState state;
  RESCUE_ASSIGN(state.bytes, read_all(file.get(), path));
  state.mode = info.st_mode & kPermissions;
  state.uid = info.st_uid;
  state.gid = info.st_gid;
  state.mtime_ns = kept_time(info.st_mtim);
  read_attributes(file.get(), state);
  return std::optional<FileState>(std::move(state));
}

Status ServerFiles::put(std::string_view path, const FileState& state) const {
  std::string name;
  RESCUE_ASSIGN(const auto folder, folder_of(path, name));
  const std::string beside = ".rescue-responder." + name.substr(0, 200) + ".new";
  if (::unlinkat(folder.get(), beside.c_str(), 0) != 0 && errno != ENOENT) return unavailable(path, "unlink");
  const UniqueFd file(
      ::openat(folder.get(), beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return unavailable(path, "create");
  const auto written = [&]() -> Status {
    RESCUE_TRY(write_all(file.get(), state.bytes, path));
    RESCUE_TRY(dress(file.get(), state, path));
    if (::fsync(file.get()) != 0) return unavailable(path, "fsync");
    struct stat there {};
    if (::fstatat(folder.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(there.st_mode))
      return unsafe(path, "it is no file");
    if (::renameat(folder.get(), beside.c_str(), folder.get(), name.c_str()) != 0)
      return unavailable(path, "rename");
    if (::fsync(folder.get()) != 0) return unavailable(path, "fsync");
    return {};
  }();
  if (!written) ::unlinkat(folder.get(), beside.c_str(), 0);
  return written;
}

Status ServerFiles::remove(std::string_view path) const {
  std::string name;
  RESCUE_ASSIGN(const auto folder, folder_of(path, name));
  if (::unlinkat(folder.get(), name.c_str(), 0) != 0 && errno != ENOENT) return unavailable(path, "unlink");
  if (::fsync(folder.get()) != 0) return unavailable(path, "fsync");
  return {};
}

Status ServerFiles::make(std::string_view path, const std::optional<FileState>& state) const {
  return state ? put(path, *state) : remove(path);
}

Status ServerFiles::make_private_folder(std::string_view path) const {
  RESCUE_ASSIGN(const auto words, components(path));
  UniqueFd folder(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool last = i + 1 == words.size();
    const char* word = words[i].c_str();
    if (::mkdirat(folder.get(), word, last ? 0700 : 0755) != 0 && errno != EEXIST)
      return unavailable(path, "mkdir");
    UniqueFd next(::openat(folder.get(), word, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return unsafe(path, "something else stands there");
    folder = std::move(next);
  }
  struct stat info {};
  if (::fstat(folder.get(), &info) != 0) return unavailable(path, "stat");
  if (info.st_uid != ::geteuid() || (info.st_mode & 077U) != 0)
    return unsafe(path, "somebody else may write or read there");
  return {};
}

Result<std::string> ServerFiles::resolved(const std::string& path) const {
  std::error_code error;
  const auto real = std::filesystem::canonical(outer(path), error);
  if (error == std::errc::no_such_file_or_directory)
    return fail(ErrorCode::kNotFound, "target-unavailable", path + " is not there");
  if (error) return fail(ErrorCode::kUnavailable, "target-unavailable", path + ": " + error.message());
  const auto text = real.string();
  if (!text.starts_with(path_ + "/")) return unsafe(path, "it leads out of the server's files");
  return text.substr(path_.size());
}

}  // namespace rescue::recovery
