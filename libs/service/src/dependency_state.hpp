#pragma once

#include <mutex>
#include <optional>
#include <string>

namespace rescue::service {

/// What is known about something that the service needs: nothing when it is fine, else why it is not.
/// Thread-safe.
class DependencyState {
 public:
  explicit DependencyState(std::optional<std::string> fault) : fault_(std::move(fault)) {}
  /// True when this changes good to bad or back: worth a log line.
  bool set(std::optional<std::string> fault) {
    const std::lock_guard lock(mutex_);
    const bool turned = fault_.has_value() != fault.has_value();
    fault_ = std::move(fault);
    return turned;
  }
  std::optional<std::string> fault() const {
    const std::lock_guard lock(mutex_);
    return fault_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> fault_;
};

}  // namespace rescue::service
