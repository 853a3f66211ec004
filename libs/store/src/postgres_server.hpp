#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "rescue/base/result.hpp"

namespace rescue::store {

/// What the connections of one database share: where it is, whether it is worth asking for it (after a
/// failure to connect, those who come within a moment get the same answer, so that nobody waits for a server
/// that is away), and an eye on those who wait for an answer: libpq would wait for ever for a server that is
/// there but hangs. Thread-safe.
class PostgresServer {
 public:
  explicit PostgresServer(const std::string& url);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// The URL with limits on how long to wait for the network.
  const std::string& url() const { return url_; }
  /// The last failure, while it is fresh.
  Status may_connect() const;
  void note(const Status& connected);

  /// While it lives, an answer is awaited on `socket`; after the time limit the socket is shut down, which
  /// ends the wait as a lost connection.
  class Watch {
   public:
    Watch(PostgresServer& server, int socket);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    PostgresServer& server_;
    std::multimap<std::chrono::steady_clock::time_point, int>::iterator place_;
  };

 private:
  using Clock = std::chrono::steady_clock;
  void watch();

  std::string url_;
  mutable std::mutex mutex_;
  Status last_;
  Clock::time_point next_try_{};
  std::chrono::milliseconds pause_{};
  std::multimap<Clock::time_point, int> awaited_;  ///< sockets by the end of their time
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace rescue::store
