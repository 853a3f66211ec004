#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/fence/place.hpp"

namespace rescue::fence {

/// Secrets that records are sealed with, so that a target cannot make one up: the first one seals, each of
/// them opens.
struct Keys {
  std::vector<std::string> secrets;
};

/// One run of an attempt at a job.
struct Holder {
  std::string job_id;
  std::int64_t attempt = 0;
  std::string worker;
};

/// Whether another job's lock, or one that is no lock, counts no more: an operator has looked and decided.
enum class TakeOver { kNo, kYes };

/// The lock at a target, and the way through which it is changed. The attempt number fences: once a later
/// attempt at the job has taken the lock, every further change of the earlier one is refused, however late it
/// comes. The record outlives the lock, so that this holds after the later attempt has ended, too. One thread
/// at a time; borrows the place.
class Guard {
 public:
  /// kConflict ("fenced-off") when a later attempt at this job was here; kUnavailable ("target-locked") while
  /// another job holds the target; kCorrupt ("lock-damaged"); kUnavailable ("target-unavailable"); kInvalid
  /// ("bad-id", "bad-config") for a holder that has no proper id and where there are no secrets.
  static Result<Guard> take(Place& place, Keys keys, const Holder& holder, Timestamp now,
                            TakeOver take_over = TakeOver::kNo);

  /// Runs `change` if the lock is still ours, and nobody can take it before it has ended. kConflict
  /// ("fenced-off") when it is not; the errors of the place; what `change` returns.
  Status check_then(const std::function<Status()>& change);
  /// Ends the lock; attempt and job stay on record. Errors as of `check_then`.
  Status release();

 private:
  Guard(Place& place, Keys keys, Holder holder, std::string run)
      : place_(&place), keys_(std::move(keys)), holder_(std::move(holder)), run_(std::move(run)) {}
  Status check();
  Place* place_;
  Keys keys_;
  Holder holder_;
  std::string run_;  ///< tells two runs of one attempt apart
};

}  // namespace rescue::fence
