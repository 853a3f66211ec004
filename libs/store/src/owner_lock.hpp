#pragma once

#include <string>

#include "rescue/base/result.hpp"

namespace rescue::store {

/// The right to be the one process that uses a database file: a flock on "<file>.lock" beside it, held until
/// destroyed. The kernel gives it back however the process ends.
class OwnerLock {
 public:
  /// kUnavailable ("database-in-use") naming the owner's process id.
  static Result<OwnerLock> take(const std::string& database_path);
  ~OwnerLock();
  OwnerLock(OwnerLock&& other) noexcept;
  OwnerLock& operator=(OwnerLock&&) = delete;

 private:
  explicit OwnerLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace rescue::store
