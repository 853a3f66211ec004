#include "password_lock.hpp"

#include <fcntl.h>
#include <poll.h>

#include <chrono>

namespace rescue::recovery {

Result<PasswordLock> PasswordLock::take_for(const ServerFiles& files, std::string_view path) {
  PasswordLock lock;
  if (path != "/etc/passwd" && path != "/etc/shadow") return lock;
  const auto busy = [](const char* why) {
    return fail(ErrorCode::kUnavailable, "target-unavailable", std::string("/etc/.pwd.lock: ") + why);
  };
  lock.fd_ = UniqueFd(::open(files.outer("/etc/.pwd.lock").c_str(),
                             O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!lock.fd_) return busy("it cannot be opened");
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + std::chrono::seconds(15);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  while (::fcntl(lock.fd_.get(), F_SETLK, &whole) != 0) {
    if (steady_clock::now() >= deadline) return busy("another program holds it and does not let go");
    ::poll(nullptr, 0, 20);  // F_SETLKW knows no time limit
  }
  return lock;
}

}  // namespace rescue::recovery
