#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include "rescue/delivery/webhook.hpp"

namespace rescue::delivery::testing {

/// As every service does before it calls anybody.
inline const auto kNoBrokenPipe = std::signal(SIGPIPE, SIG_IGN);

/// A server on loopback that takes one connection and does with it what it was told.
class Listener {
 public:
  using Talk = std::function<void(Listener&, int connection)>;

  explicit Listener(Talk talk) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 4), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, talk = std::move(talk)] {
      const int connection = ::accept(fd_, nullptr, nullptr);
      if (connection < 0) return;
      called_ = true;
      talk(*this, connection);
      ::close(connection);
    });
  }
  /// Answers with `answer` after it has read the request; where it is empty, with nothing.
  explicit Listener(std::string answer)
      : Listener([answer = std::move(answer)](Listener& self, int connection) {
          self.read_request(connection);
          ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
          if (answer.empty()) wait_for_end(connection);
        }) {}
  ~Listener() {
    finish();
    ::close(fd_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::string url(const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(port_) + "/hook";
  }
  int port() const { return port_; }
  /// What came. Ends the listener.
  const std::string& request() {
    finish();
    return request_;
  }
  /// Takes no connection any more; the one there is has ended after this.
  void finish() {
    ::shutdown(fd_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }
  bool called() const { return called_; }

  void read_request(int connection) {
    char buffer[4096];
    while (request_.find("\r\n\r\n{}") == std::string::npos) {
      const auto got = ::recv(connection, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      request_.append(buffer, static_cast<std::size_t>(got));
    }
  }
  static void wait_for_end(int connection) {
    char byte = 0;
    while (::recv(connection, &byte, 1, 0) > 0) {
    }
  }
  /// Says `text` again and again, as fast as it is read.
  static void flood(int connection, const std::string& text) {
    while (::send(connection, text.data(), text.size(), MSG_NOSIGNAL) > 0) {
    }
  }
  /// Says one byte whenever 20 ms have gone by, until the other side has gone.
  static void drip(int connection, char byte) {
    pollfd gone = {connection, POLLRDHUP, 0};
    while (::poll(&gone, 1, 20) == 0 && ::send(connection, &byte, 1, MSG_NOSIGNAL) == 1) {
    }
  }

 private:
  int fd_;
  int port_ = 0;
  std::string request_;
  std::atomic<bool> called_ = false;
  std::thread thread_;
};

inline const SigningSecrets kSecrets =
    SigningSecrets::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
inline const WebhookMessage kMessage{"ntc_1", "{}", parse_rfc3339("2026-09-18T03:04:05Z").value()};

/// Loopback and http are allowed.
inline WebhookOptions options_here(Lookup lookup = {}) {
  WebhookOptions out;
  out.allow_private_addresses = true;
  out.allow_http = true;
  out.lookup = std::move(lookup);
  return out;
}

inline Outcome send_here(const std::string& url, const WebhookOptions& options = options_here()) {
  return send_webhook(url, kSecrets, kMessage, options);
}

}  // namespace rescue::delivery::testing
