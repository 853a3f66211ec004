#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rescue/queue/redis.hpp"

namespace rescue::queue::testing {

class Child;

/// Two redis-servers, one the other's replica, and three sentinels that put the replica in the master's place
/// when that is gone for half a second; on loopback, in a directory of their own. They end with this object.
/// For tests only: throws std::runtime_error. One thread at a time.
class RedisGroup {
 public:
  /// The replica has what the master has, and the sentinels agree, when this returns.
  RedisGroup();
  ~RedisGroup();
  RedisGroup(const RedisGroup&) = delete;
  RedisGroup& operator=(const RedisGroup&) = delete;

  RedisOptions options() const;
  /// SIGKILL to the master; returns when the sentinels name the other one, and that is one.
  void fail_over();
  /// Starts the killed one again; returns when it follows the master.
  void revive();
  /// From now on the replica gets nothing more.
  void cut_replication();
  /// As RedisServer::command, to the master.
  std::string command(const std::vector<std::string>& words) const;

 private:
  RedisOptions server(std::size_t number) const;
  std::string ask_sentinel(const std::vector<std::string>& words) const;
  void start_server(std::size_t number, std::size_t master);
  void start_sentinel(std::size_t number);

  std::string directory_;
  std::array<int, 2> ports_;
  std::array<int, 3> sentinel_ports_;
  std::array<std::unique_ptr<Child>, 2> servers_;
  std::array<std::unique_ptr<Child>, 3> sentinels_;
  std::size_t master_ = 0;
};

}  // namespace rescue::queue::testing
