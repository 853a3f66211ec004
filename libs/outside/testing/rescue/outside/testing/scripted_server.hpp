#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "rescue/outside/check.hpp"

namespace rescue::outside::testing {

/// What stands at the other end of one accepted connection.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  int fd() const { return fd_; }
  bool say(const std::string& text) const {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  /// One line without its end; "" when the other side has gone.
  std::string hear() {
    std::string line;
    char c = 0;
    while (::recv(fd_, &c, 1, 0) == 1 && c != '\n') line += c;
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }
  /// Until the other side has gone.
  void wait_for_end() const {
    char c = 0;
    while (::recv(fd_, &c, 1, 0) > 0) {
    }
  }
  /// Again and again, `pause_ms` apart (0: as fast as it is read), until the other side has gone.
  void repeat(const std::string& text, int pause_ms) const {
    pollfd gone = {fd_, POLLRDHUP, 0};
    while (::poll(&gone, 1, pause_ms) == 0 && say(text)) {
    }
  }

 private:
  int fd_;
};

/// A server on loopback that does with each connection, one after the other, what it was told.
class ScriptedServer {
 public:
  using Talk = std::function<void(Peer&)>;

  explicit ScriptedServer(Talk talk) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 16), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, talk = std::move(talk)] {
      for (int one = 0; (one = ::accept(fd_, nullptr, nullptr)) >= 0; ::close(one)) {
        ++connections_;
        Peer peer(one);
        talk(peer);
      }
    });
  }
  ~ScriptedServer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return port_; }
  int connections() const { return connections_; }

 private:
  int fd_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

/// Loopback is allowed, and nobody is waited for long.
inline Options options_here() {
  Options out;
  out.allow = net::Networks::parse({"127.0.0.0/8"}).value();
  out.relay_ports = {};
  out.limits.connect = std::chrono::milliseconds(2'000);
  out.limits.step = std::chrono::milliseconds(2'000);
  out.limits.whole = std::chrono::milliseconds(6'000);
  out.limits.banner = std::chrono::milliseconds(300);
  return out;
}

inline Check look(const incident::Complaint& complaint, const Options& options = options_here(),
                  const std::vector<std::string>& addresses = {"127.0.0.1"}) {
  static const SystemClock clock;
  return check_complaint(complaint, addresses, options, clock);
}

inline std::string transcript_of(const Check& check) {
  std::string out;
  for (const auto& line : check.transcript) {
    out += (line.from == Line::From::kUs       ? "> "
            : line.from == Line::From::kServer ? "< "
                                               : "* ") +
           line.text + "\n";
  }
  return out;
}

}  // namespace rescue::outside::testing
