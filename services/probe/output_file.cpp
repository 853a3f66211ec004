#include "output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace rescue::probe {
namespace {

std::string partial_of(const std::string& path) {
  return path + ".partial";
}

tl::unexpected<Error> cannot(const std::string& path) {
  return fail(ErrorCode::kUnavailable, "unwritable-file", path + ": " + ::strerror(errno));
}

}  // namespace

Result<OutputFile> OutputFile::open(const std::string& path) {
  constexpr mode_t kUsual = 0666;
  struct stat there {};
  const bool beside = ::stat(path.c_str(), &there) != 0 || S_ISREG(there.st_mode);
  UniqueFd fd(
      beside ? ::open(partial_of(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kUsual)
             : ::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return cannot(path);
  return OutputFile(path, std::move(fd), beside);
}

Status OutputFile::empty() {
  if (!beside_) return {};
  if (::ftruncate(fd_.get(), 0) != 0 || ::lseek(fd_.get(), 0, SEEK_SET) != 0) return cannot(path_);
  return {};
}

Status OutputFile::write(const Json& json) {
  return write_text(json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

Status OutputFile::write_text(std::string_view text) {
  for (std::size_t done = 0; done < text.size();) {
    const auto got = ::write(fd_.get(), text.data() + done, text.size() - done);
    if (got < 0 && errno != EINTR) return cannot(path_);
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return {};
}

Status OutputFile::put_in_place() {
  if (!beside_) return {};
  if (::rename(partial_of(path_).c_str(), path_.c_str()) != 0) return cannot(path_);
  return {};
}

}  // namespace rescue::probe
