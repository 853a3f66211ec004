#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "rescue/queue/redis.hpp"

namespace rescue::queue::testing {

/// A redis-server in the role that its arguments give it; SIGKILL with this object, or with the process if
/// that dies. For tests only: throws std::runtime_error. One thread at a time.
class Child {
 public:
  Child() = default;
  ~Child() { end(true); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// redis-server with `arguments`; returns when `options` lead to an answer of any kind.
  void start(const std::vector<std::string>& arguments, const RedisOptions& options);
  /// SIGKILL, or an orderly end.
  void end(bool at_once);
  void signal(int number) const;
  bool running() const { return pid_ > 0; }

 private:
  pid_t pid_ = -1;
};

/// One command to where `options` lead, without a log-in; its reply as text, an integer in digits, the parts
/// of an array joined by spaces.
std::string ask(const RedisOptions& options, const std::vector<std::string>& words);

}  // namespace rescue::queue::testing
