#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "text.hpp"

namespace rescue::http {

struct RawAnswer {
  int status = 0;
  std::string head;
  std::string body;
};

/// A socket that sends exactly the bytes it is told to, for the tests: no client library would send such
/// requests.
class RawClient {
 public:
  using Ms = std::chrono::milliseconds;

  explicit RawClient(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  /// False when the server has gone.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void shut_write_side() const { ::shutdown(fd_, SHUT_WR); }

  /// The next answer; nothing when it does not come in time or the connection ends before it is whole.
  std::optional<RawAnswer> read_answer(Ms timeout = Ms(5'000), bool head_only = false) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (true) {
      if (auto answer = take_answer(head_only)) return answer;
      if (!read_more(end)) return std::nullopt;
    }
  }
  /// True when the server ends the connection in time. What it sends before is kept in rest().
  bool ends_within(Ms timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (read_more(end)) {
    }
    return ended_;
  }
  const std::string& rest() const { return buffer_; }

 private:
  bool read_more(std::chrono::steady_clock::time_point end) {
    const auto left = std::chrono::duration_cast<Ms>(end - std::chrono::steady_clock::now());
    pollfd wait{fd_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) return false;
    std::array<char, 64 * 1024> bytes;
    const auto n = ::recv(fd_, bytes.data(), bytes.size(), 0);
    ended_ = n <= 0;
    if (n > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(n));
    return n > 0;
  }
  std::optional<RawAnswer> take_answer(bool head_only) {
    const auto end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos || buffer_.size() < 12) return std::nullopt;
    RawAnswer out{.status = std::atoi(buffer_.c_str() + 9), .head = buffer_.substr(0, end + 4), .body = ""};
    const auto at = to_lower(out.head).find("content-length:");
    const auto length = at != std::string::npos && !head_only
                            ? static_cast<std::size_t>(std::atoll(out.head.c_str() + at + 15))
                            : 0U;
    if (buffer_.size() < end + 4 + length) return std::nullopt;
    out.body = buffer_.substr(end + 4, length);
    buffer_.erase(0, end + 4 + length);
    return out;
  }

  int fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string buffer_;
};

inline std::string get(std::string_view target, std::string_view more_fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n" +
         std::string(more_fields) + "\r\n";
}
inline std::string post(std::string_view target, std::string_view body, std::string_view more_fields = "") {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\nContent-Type: "
         "application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(more_fields) + "\r\n" + std::string(body);
}

}  // namespace rescue::http
