#pragma once

#include <httplib.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

namespace rescue::delivery {

/// What httplib reads and writes of one answer, bounded as a whole. httplib itself bounds neither the lines
/// of a head nor their number, and matches the status line with std::regex, which recurses for each of its
/// bytes.
class BoundedStream final : public httplib::Stream {
 public:
  /// `tls` is nullptr where there is none. Both belong to httplib, and stay blocking.
  BoundedStream(int socket, SSL* tls, std::size_t bytes_max) : socket_(socket), tls_(tls), left_(bytes_max) {}

  using httplib::Stream::write;
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override {
    const auto got = left_ == 0 ? -1 : receive(to, std::min(size, left_));
    if (got <= 0) return got;
    left_ -= static_cast<std::size_t>(got);
    return fits({to, static_cast<std::size_t>(got)}) ? got : -1;
  }
  ssize_t write(const char* from, size_t size) override {
    if (tls_ == nullptr) return ::send(socket_, from, size, MSG_NOSIGNAL);
    return SSL_write(tls_, from, at_once(size));
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  static constexpr std::size_t kStatusLineBytesMax = 512;

  static int at_once(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
  }
  ssize_t receive(char* to, std::size_t size) {
    return tls_ == nullptr ? ::recv(socket_, to, size, 0) : SSL_read(tls_, to, at_once(size));
  }
  bool fits(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') {
        line_.clear();
      } else if (line_.size() < kStatusLineBytesMax) {
        line_ += c;
      } else if (line_.starts_with("HTTP/")) {
        return false;
      }
    }
    return true;
  }

  int socket_;
  SSL* tls_;
  std::size_t left_;
  std::string line_;  ///< its beginning
};

}  // namespace rescue::delivery
