#include "rescue/base/forward_clock.hpp"

#include <algorithm>

namespace rescue {

using std::chrono::microseconds;

Timestamp ForwardClock::look() const {
  const Timestamp wall = wall_.now();
  const microseconds passed = wall_.passed();
  if ((wall - last_wall_) - (passed - last_passed_) > kJump) continuous_since_ = wall;
  last_wall_ = wall;
  last_passed_ = passed;
  return wall;
}

Timestamp ForwardClock::now() const {
  const std::lock_guard lock(mutex_);
  const Timestamp wall = look();
  said_ = wall >= said_ ? wall : said_ + microseconds(1);
  return said_;
}

void ForwardClock::has_been(Timestamp recorded) {
  const std::lock_guard lock(mutex_);
  said_ = std::max(said_, recorded);
}

microseconds ForwardClock::behind() const {
  const std::lock_guard lock(mutex_);
  return std::max(said_ - look(), microseconds(0));
}

Timestamp ForwardClock::continuous_since() const {
  const std::lock_guard lock(mutex_);
  look();
  return continuous_since_;
}

}  // namespace rescue
