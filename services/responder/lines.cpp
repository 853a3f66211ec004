#include "lines.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace rescue::responder {
namespace {

volatile std::sig_atomic_t told_to_end = 0;

void note_end(int /*signal*/) {
  told_to_end = 1;
}

}  // namespace

std::optional<std::string> Lines::next() {
  while (told_to_end == 0) {
    const auto end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, std::min(end, bytes_max_ + 1));
      buffer_.erase(0, end + 1);
      if (dropping_) {
        dropping_ = false;
        continue;
      }
      return line;
    }
    if (buffer_.size() > bytes_max_) {
      std::string line = buffer_.substr(0, bytes_max_ + 1);
      buffer_.clear();
      if (!dropping_) {
        dropping_ = true;
        return line;
      }
    }
    if (!fill()) return std::nullopt;
  }
  return std::nullopt;
}

bool Lines::fill() {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + silence_max_;
  while (told_to_end == 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd watched{fd_, POLLIN, 0};
    if (::poll(&watched, 1, static_cast<int>(left)) <= 0) continue;
    std::array<char, 64 * 1024> piece{};
    const ssize_t n = ::read(fd_, piece.data(), piece.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return false;
    buffer_.append(piece.data(), static_cast<std::size_t>(n));
    return true;
  }
  return false;
}

bool write_line(int fd, std::string_view line) {
  while (!line.empty()) {
    const ssize_t n = ::write(fd, line.data(), line.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    line.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void outlive_signals() {
  for (const int signal : {SIGHUP, SIGPIPE, SIGINT}) ::signal(signal, SIG_IGN);
  // Without SA_RESTART: whoever waits for a line is woken.
  struct sigaction action {};
  action.sa_handler = note_end;
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace rescue::responder
