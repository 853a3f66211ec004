#include "program_file.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace rescue::tether {
namespace {

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// The file once more, as it lies there now.
std::string digest_of(int fd) {
  Digest digest;
  std::vector<char> piece(64 * 1024);
  off_t at = 0;
  while (true) {
    const ssize_t n = ::pread(fd, piece.data(), piece.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0 ? digest.hex() : "";
    digest.update({piece.data(), static_cast<std::size_t>(n)});
    at += n;
  }
}

}  // namespace

ProgramFile::~ProgramFile() {
  if (fd_ >= 0) ::close(fd_);
}

bool ProgramFile::open_file() {
  fd_ = ::open((folder_ + "/program").c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0700);
  return fd_ >= 0;
}

/// Linux 3.17 and later.
bool ProgramFile::move_to_memory() {
  constexpr unsigned kCloseOnExec = 1;
  const int memory = static_cast<int>(::syscall(SYS_memfd_create, "program", kCloseOnExec));
  if (memory < 0) return false;
  std::vector<char> piece(64 * 1024);
  for (off_t at = 0; fd_ >= 0;) {
    const ssize_t n = ::pread(fd_, piece.data(), piece.size(), at);
    if (n <= 0) break;
    if (!write_all(memory, {piece.data(), static_cast<std::size_t>(n)})) {
      ::close(memory);
      return false;
    }
    at += n;
  }
  if (fd_ >= 0) ::close(fd_);
  ::unlink((folder_ + "/program").c_str());
  fd_ = memory;
  in_memory_ = true;
  return true;
}

bool ProgramFile::write(std::string_view bytes) {
  if (fd_ < 0 && !open_file() && !move_to_memory()) return false;
  const off_t before = ::lseek(fd_, 0, SEEK_END);
  digest_.update(bytes);
  if (write_all(fd_, bytes)) return true;
  if (in_memory_ || ::ftruncate(fd_, before) != 0 || !move_to_memory()) return false;
  return write_all(fd_, bytes);
}

bool ProgramFile::seal(const std::string& sha256) {
  if (fd_ < 0 || digest_.hex() != sha256 || digest_of(fd_) != sha256) return false;
  // Whoever runs a file must not have it open for writing.
  const std::string itself = "/proc/self/fd/" + std::to_string(fd_);
  int readable = ::open(itself.c_str(), O_RDONLY | O_CLOEXEC);
  if (readable < 0 && !in_memory_) readable = ::open((folder_ + "/program").c_str(), O_RDONLY | O_CLOEXEC);
  if (readable < 0) return false;
  ::close(std::exchange(fd_, readable));
  return true;
}

void ProgramFile::clear_folder() {
  for (const char* name : {"/program", "/keeper", "/pid", "/try"}) ::unlink((folder_ + name).c_str());
  ::rmdir(folder_.c_str());
}

}  // namespace rescue::tether
