#pragma once

#include <functional>
#include <memory>

#include "job_kind.hpp"
#include "rescue/fence/folder_place.hpp"
#include "rescue/fence/guard.hpp"

namespace rescue::worker {

/// The disk of a server as a job gets it that changes it: behind the lock kept on that disk
/// (libs/fence/README.md). One thread, that of the job. Borrows the context.
class GuardedDisk {
 public:
  /// One change: `root` is the disk's root, for openat(2) and its like; what it leads to is hostile.
  using Change = std::function<Status(int root)>;

  /// Takes the lock. Errors: those of fence::Guard::take.
  static Result<GuardedDisk> take(const JobContext& context, const std::string& root, fence::Keys keys,
                                  const std::string& worker, Timestamp now);

  /// Runs one change if the lock is still this attempt's and the job was not told to end. Heartbeats are
  /// given between changes: one must be short against the lease. kConflict ("fenced-off", "job-cancelled"),
  /// kUnavailable ("worker-stopping", "target-unavailable"), kCorrupt ("lock-damaged"), what `step` returns.
  Status change(const Change& step);
  /// Whether a change has begun.
  bool begun() const { return begun_; }
  /// Ends the lock.
  Status release() { return guard_.release(); }

 private:
  GuardedDisk(const JobContext& context, std::unique_ptr<fence::FolderPlace> place, fence::Guard guard);
  const JobContext* context_;
  std::unique_ptr<fence::FolderPlace> place_;
  fence::Guard guard_;
  std::chrono::steady_clock::time_point next_tick_;
  bool begun_ = false;
};

}  // namespace rescue::worker
