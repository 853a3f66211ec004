#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace rescue::service {

/// Lets one thread wait until it is woken, stopped, or a time has passed. Wakes are not lost: one that comes
/// while the thread is at work ends its next wait at once. Thread-safe.
class WakeSignal {
 public:
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_all();
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
  }
  bool stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }
  /// Whether it was woken since the last wait, which this ends.
  bool take_wake() {
    const std::lock_guard lock(mutex_);
    return std::exchange(woken_, false);
  }
  /// False when stopping.
  bool wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this] { return woken_ || stopping_; });
    woken_ = false;
    return !stopping_;
  }
  /// As above, but only `stop` ends it early. For waits after a failure.
  bool pause_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this] { return stopping_; });
    return !stopping_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
};

}  // namespace rescue::service
