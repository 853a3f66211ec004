#include "regular_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace rescue::worker {

std::string system_text(const std::string& operation, const std::string& path, int error) {
  return operation + " " + path + ": " + std::strerror(error);
}

Result<std::string> read_regular_file(const std::string& path, std::uint64_t bytes_max) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) {
    const ErrorCode code = errno == ENOENT  ? ErrorCode::kNotFound
                           : errno == ELOOP ? ErrorCode::kCorrupt
                                            : ErrorCode::kUnavailable;
    return fail(code, "file-unreadable", system_text("open", path, errno));
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(ErrorCode::kCorrupt, "file-unreadable", path + " is no regular file");
  }
  std::string out;
  std::string piece(256 * 1024, '\0');
  while (true) {
    const ssize_t n = ::read(file.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(ErrorCode::kUnavailable, "file-unreadable", system_text("read", path, errno));
    if (n == 0) return out;
    out.append(piece.data(), static_cast<std::size_t>(n));
    if (out.size() > bytes_max) {
      return fail(ErrorCode::kTooLarge, "file-too-large",
                  path + " is over " + std::to_string(bytes_max) + " bytes");
    }
  }
}

}  // namespace rescue::worker
