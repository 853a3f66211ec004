#include "socket_cutter.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <system_error>

namespace rescue::delivery {

SocketCutter::SocketCutter(Deadline until)
    : until_(until), socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0) throw std::system_error(errno, std::generic_category(), "no descriptor for a call");
}

SocketCutter::~SocketCutter() {
  watch_ = {};
  ::close(socket_);
}

void SocketCutter::guard(int socket) {
  // In the place of the one that was kept for it, this cannot run out of descriptors.
  if (::dup3(socket, socket_, O_CLOEXEC) < 0) {
    cut_ = true;
    ::shutdown(socket, SHUT_RDWR);
    return;
  }
  watch_ = std::jthread([this](const std::stop_token& ended) { wait(ended); });
}

void SocketCutter::wait(const std::stop_token& ended) {
  std::mutex mutex;
  std::condition_variable_any nobody;
  std::unique_lock lock(mutex);
  nobody.wait_until(lock, ended, until_, [] { return false; });
  if (ended.stop_requested()) return;
  cut_ = true;
  ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace rescue::delivery
