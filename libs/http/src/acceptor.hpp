#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace rescue::http {

/// A listening socket and the thread that accepts on it.
class Acceptor {
 public:
  /// Gets connected, non-blocking, close-on-exec sockets, which it owns from there on.
  using Sink = std::function<void(int fd)>;

  /// Listens when it returns. `address` is a numeric IPv4 or IPv6 address. Throws std::runtime_error.
  Acceptor(const std::string& address, int port);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  int port() const { return port_; }
  void start(Sink sink);
  /// Takes what the kernel has connected already, then closes the listening socket. Idempotent.
  void stop();

 private:
  void run();
  /// False when the process has no descriptor left.
  bool accept_all();

  int listen_fd_ = -1;
  int stop_fd_ = -1;
  int port_ = 0;
  Sink sink_;
  std::thread thread_;
};

}  // namespace rescue::http
