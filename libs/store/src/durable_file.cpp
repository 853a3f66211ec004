#include "rescue/store/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "rescue/base/sha256.hpp"
#include "rescue/base/unique_fd.hpp"

namespace rescue::store {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kPieceBytes = 256 * 1024;

tl::unexpected<Error> cannot(const std::string& operation, const std::string& path, int error) {
  const auto code = error == ENOENT   ? ErrorCode::kNotFound
                    : error == EEXIST ? ErrorCode::kConflict
                                      : ErrorCode::kUnavailable;
  return fail(code, "file-unavailable", "cannot " + operation + " " + path + ": " + std::strerror(error));
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Gives each piece of the file to `take`.
template <class Take>
Result<FileDigest> read_pieces(const std::string& path, Take take) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return cannot("read", path, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return cannot("read", path, errno);
  if (!S_ISREG(info.st_mode)) {
    return fail(ErrorCode::kCorrupt, "file-unavailable", path + " is no regular file");
  }
  FileDigest digest;
  Sha256 hash;
  std::string piece(kPieceBytes, '\0');
  while (true) {
    const auto size = ::read(file.get(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return cannot("read", path, errno);
    if (size == 0) break;
    const auto bytes = std::string_view(piece).substr(0, static_cast<std::size_t>(size));
    hash.update(bytes);
    digest.bytes += bytes.size();
    RESCUE_TRY(take(bytes));
  }
  digest.sha256 = hash.hex();
  return digest;
}

/// Makes the new file by `fill`, which is given its descriptor.
template <class Fill>
auto make_file(const std::string& path, mode_t mode, Fill fill) -> decltype(fill(0)) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) return cannot("create", path, errno);
  auto filled = fill(file.get());
  if (filled && ::fsync(file.get()) != 0) filled = cannot("write", path, errno);
  if (!filled) ::unlink(path.c_str());
  return filled;
}

Status sync(const std::string& path, int flags) {
  const UniqueFd opened(::open(path.c_str(), flags | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return cannot("sync", path, errno);
  return {};
}

std::string directory_of(const std::string& path) {
  const auto parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

Result<FileDigest> digest_file(const std::string& path) {
  return read_pieces(path, [](std::string_view) -> Status { return {}; });
}

Result<FileDigest> copy_file(const std::string& from, const std::string& to, mode_t mode) {
  return make_file(to, mode, [&](int fd) {
    return read_pieces(from, [&](std::string_view bytes) { return write_all(fd, bytes, to); });
  });
}

Status write_file(const std::string& to, std::string_view bytes, mode_t mode) {
  return make_file(to, mode, [&](int fd) { return write_all(fd, bytes, to); });
}

Status sync_file(const std::string& path) {
  return sync(path, O_RDONLY);
}

Status sync_directory(const std::string& path) {
  return sync(path, O_RDONLY | O_DIRECTORY);
}

Status make_directories(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return {};
  const std::string parent = directory_of(path);
  if (parent != path) RESCUE_TRY(make_directories(parent));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot("create", path, errno);
  return sync_directory(parent);
}

Status rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return cannot("rename", from, errno);
  return sync_directory(directory_of(to));
}

Status give_to_owner_of_directory(const std::string& path) {
  if (::geteuid() != 0) return {};
  struct stat directory {};
  if (::stat(directory_of(path).c_str(), &directory) != 0) return cannot("read", directory_of(path), errno);
  if (::lchown(path.c_str(), directory.st_uid, directory.st_gid) != 0) return cannot("give", path, errno);
  return {};
}

}  // namespace rescue::store
