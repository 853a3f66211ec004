#pragma once

#include <atomic>
#include <string>

#include "rescue/base/result.hpp"
#include "rescue/base/unique_fd.hpp"

namespace rescue::worker {

/// Tells one running attempt to end, from any thread; the first reason counts. `fd()` becomes readable.
class StopSignal {
 public:
  enum class Reason { kNone, kCancelled, kStopping };

  StopSignal();  ///< Throws std::runtime_error when the system gives no descriptor.
  void raise(Reason reason);
  Reason reason() const { return reason_; }
  int fd() const { return event_.get(); }

 private:
  UniqueFd event_;
  std::atomic<Reason> reason_{Reason::kNone};
};

/// What an attempt ends with that was told to, `when`: "while the probe ran". kConflict ("job-cancelled"),
/// kUnavailable ("worker-stopping").
tl::unexpected<Error> told_to_end(const StopSignal& stop, const std::string& when);

}  // namespace rescue::worker
