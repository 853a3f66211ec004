#include "rescue/queue/backoff.hpp"

#include <algorithm>

namespace rescue::queue {

Backoff::Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest, unsigned seed)
    : first_(first), longest_(longest), step_(first), random_(seed) {}

std::chrono::milliseconds Backoff::next() {
  std::uniform_int_distribution<std::int64_t> share(step_.count() / 2, step_.count());
  const std::chrono::milliseconds wait(share(random_));
  step_ = std::min(step_ * 2, longest_);
  return wait;
}

}  // namespace rescue::queue
