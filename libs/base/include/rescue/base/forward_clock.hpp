#pragma once

#include <mutex>

#include "rescue/base/clock.hpp"

namespace rescue {

/// A wall clock that never goes back. While the wall clock is behind what was said before, `now()` stays
/// there and moves by one microsecond a call, so that order is kept; it goes on when the wall clock has
/// caught up. Thread-safe. `wall` must outlive it.
class ForwardClock final : public Clock {
 public:
  /// A difference between wall clock and passing time that is no jump yet.
  static constexpr std::chrono::seconds kJump{5};

  explicit ForwardClock(const Clock& wall) : wall_(wall), continuous_since_(wall.now()) {}
  Timestamp now() const override;
  std::chrono::microseconds passed() const override { return wall_.passed(); }

  /// This moment has been, says what was written down, perhaps by an earlier process.
  void has_been(Timestamp recorded);
  /// How far the wall clock is behind what has been; 0 nearly always.
  std::chrono::microseconds behind() const;
  /// Since when the wall clock has only passed. After a jump forward (or a sleep of the machine), from the
  /// jump on: what happened in between could not be heard of.
  Timestamp continuous_since() const;

 private:
  /// Reads both clocks; under the lock.
  Timestamp look() const;

  const Clock& wall_;
  mutable std::mutex mutex_;
  mutable Timestamp said_{};
  mutable Timestamp continuous_since_;
  mutable Timestamp last_wall_ = continuous_since_;
  mutable std::chrono::microseconds last_passed_ = wall_.passed();
};

}  // namespace rescue
