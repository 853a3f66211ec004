#pragma once

#include <atomic>
#include <thread>

#include "destination.hpp"

namespace rescue::delivery {

/// Shuts a call's socket down when its time is over, whatever the call is waiting for. httplib bounds each
/// step, not their sum, and its own stop() waits while it connects or shakes hands.
class SocketCutter {
 public:
  /// Throws std::system_error without a descriptor to spare.
  explicit SocketCutter(Deadline until);
  ~SocketCutter();
  SocketCutter(const SocketCutter&) = delete;
  SocketCutter& operator=(const SocketCutter&) = delete;
  /// From now on this socket. Once.
  void guard(int socket);
  bool has_cut() const { return cut_; }

 private:
  void wait(const std::stop_token& ended);

  Deadline until_;
  int socket_;  ///< a descriptor of its own: the call's may be closed and given to another meanwhile
  std::atomic<bool> cut_ = false;
  std::jthread watch_;
};

}  // namespace rescue::delivery
