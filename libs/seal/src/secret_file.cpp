#include "secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "rescue/base/unique_fd.hpp"

namespace rescue::seal {
namespace {

tl::unexpected<Error> unreadable(const std::string& path) {
  return fail(ErrorCode::kUnavailable, "sealing-keys-unavailable",
              "cannot read " + path + ": " + std::strerror(errno));
}

Status check(const std::string& path, const struct stat& found, std::size_t bytes_max) {
  const auto refuse = [&](const std::string& what) {
    return fail(ErrorCode::kInvalid, "bad-key-file", path + " " + what);
  };
  if (!S_ISREG(found.st_mode)) return refuse("is no regular file");
  if ((found.st_mode & 077U) != 0) return refuse("can be read by others than its owner: chmod 600");
  if (found.st_uid != 0 && found.st_uid != ::geteuid() && ::geteuid() != 0)
    return refuse("belongs to another user");
  if (static_cast<std::size_t>(found.st_size) > bytes_max) return refuse("is too large");
  return {};
}

}  // namespace

Result<Secret> read_secret_file(const std::string& path, std::size_t bytes_max) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat found = {};
  if (!file || ::fstat(file.get(), &found) != 0) return unreadable(path);
  RESCUE_TRY(check(path, found, bytes_max));
  Secret out(static_cast<std::size_t>(found.st_size));
  std::size_t read = 0;
  while (read < out.size()) {
    const auto got = ::read(file.get(), out.bytes().data() + read, out.size() - read);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path);
    if (got == 0) break;
    read += static_cast<std::size_t>(got);
  }
  out.cut(read);
  return out;
}

}  // namespace rescue::seal
