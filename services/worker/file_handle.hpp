#pragma once

#include <unistd.h>

#include <string>
#include <utility>

#include "rescue/base/result.hpp"

namespace rescue::worker {

/// Owns a file descriptor.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  ~FileHandle() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

/// "<operation> <path>: <the system's words for errno>"
std::string system_text(const std::string& operation, const std::string& path, int error);

/// The whole of a regular file, at most `bytes_max`: kNotFound, kTooLarge, kCorrupt (no regular file),
/// kUnavailable (any other failure). Follows no symlink in the last component, never blocks on a FIFO.
Result<std::string> read_regular_file(const std::string& path, std::uint64_t bytes_max);

}  // namespace rescue::worker
