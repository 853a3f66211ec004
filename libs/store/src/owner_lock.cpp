#include "owner_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

namespace rescue::store {
namespace {

/// A process that was killed while it started a child leaves the lock with that child until it runs its own
/// program.
constexpr std::chrono::seconds kLeftBehindMax{2};
constexpr std::chrono::milliseconds kLookAgain{10};

bool lock_within(int fd, std::chrono::steady_clock::duration time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kLookAgain);
  }
  return true;
}

std::string owner_named_in(int fd) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  std::string owner;
  for (ssize_t i = 0; i < size && text[static_cast<std::size_t>(i)] >= '0'; ++i) {
    owner += text[static_cast<std::size_t>(i)];
  }
  return owner.empty() ? "another process" : "process " + owner;
}

}  // namespace

Result<OwnerLock> OwnerLock::take(const std::string& database_path) {
  const std::string path = database_path + ".lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return fail(ErrorCode::kUnavailable, "database-unavailable", path + ": " + std::strerror(errno));
  }
  OwnerLock lock(fd);
  if (!lock_within(fd, kLeftBehindMax)) {
    return fail(ErrorCode::kUnavailable, "database-in-use",
                database_path + " is in use by " + owner_named_in(fd) +
                    "; one process owns a database: stop that one or use another file");
  }
  // For people and the message above only: the lock itself is what counts.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    return fail(ErrorCode::kUnavailable, "database-unavailable", path + ": " + std::strerror(errno));
  }
  return lock;
}

OwnerLock::OwnerLock(OwnerLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

OwnerLock::~OwnerLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace rescue::store
