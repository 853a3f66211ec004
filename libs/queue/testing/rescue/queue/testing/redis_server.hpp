#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rescue/queue/redis.hpp"

namespace rescue::queue::testing {

class Child;

/// A private redis-server (append-only file, every write synced) in a directory of its own, reached by a Unix
/// socket; it ends with this object, or with the process if that dies. For tests only: throws
/// std::runtime_error. One thread at a time.
class RedisServer {
 public:
  /// Runs when this returns.
  RedisServer();
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  RedisOptions options() const;
  /// Starts it again with the data that it wrote. Answers when this returns.
  void start();
  /// An orderly end.
  void stop();
  /// SIGKILL.
  void kill();
  /// Removes the data of a stopped server.
  void lose_data();
  /// A server that runs but does not answer, and goes on (SIGSTOP, SIGCONT).
  void pause();
  void resume();
  bool running() const;
  /// One command; its reply as text, an integer in digits, the parts of an array joined by spaces.
  std::string command(const std::vector<std::string>& words) const;

 private:
  std::string directory_;
  std::unique_ptr<Child> child_;
};

}  // namespace rescue::queue::testing
