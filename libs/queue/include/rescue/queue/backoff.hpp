#pragma once

#include <chrono>
#include <random>

namespace rescue::queue {

/// How long to wait before the next try: doubles from `first` to `longest`, each time a random share between
/// half of it and the whole, so that many waiting programs do not come back in step. One thread at a time.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest, unsigned seed);
  std::chrono::milliseconds next();
  void reset() { step_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds step_;
  std::minstd_rand random_;
};

}  // namespace rescue::queue
