#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "hash_set.hpp"
#include "rescue/base/clock.hpp"

namespace rescue::detect {

/// Counts different names up to a limit. The last few wait beside the count and join the others together:
/// looking each up at once would fetch far memory for each failure of a hundred thousand addresses.
class NameCount {
 public:
  static constexpr std::size_t kMost = 256;

  void add(std::uint64_t hash) {
    const auto name = static_cast<std::uint32_t>(hash);
    if (std::find(waiting_.begin(), waiting_.begin() + waiting_count_, name) !=
        waiting_.begin() + waiting_count_)
      return;
    if (waiting_count_ == waiting_.size()) {
      for (const auto known : waiting_) {
        if (others_.size() < kMost) others_.add(known);
      }
      waiting_count_ = 0;
    }
    waiting_[waiting_count_++] = name;
  }
  std::size_t size() const {
    const auto fresh = std::count_if(waiting_.begin(), waiting_.begin() + waiting_count_,
                                     [&](std::uint32_t name) { return !others_.contains(name); });
    return std::min(kMost, others_.size() + static_cast<std::size_t>(fresh));
  }
  bool empty() const { return waiting_count_ == 0; }

 private:
  std::array<std::uint32_t, 8> waiting_{};
  std::uint8_t waiting_count_ = 0;
  HashSet<std::uint32_t> others_;
};

/// How many failures each minute saw, for a window of time. The last few minutes wait likewise.
class FailureTimes {
 public:
  void add(Timestamp t, std::uint32_t failures, std::chrono::hours window) {
    const auto minute = minute_of(t);
    if (waiting_count_ > 0 && waiting_[waiting_count_ - 1U].at == minute) {
      waiting_[waiting_count_ - 1U].failures += failures;
      return;
    }
    if (waiting_count_ == waiting_.size()) {
      if (others_.size() + waiting_.size() > others_.capacity()) make_room(minute_of(t - window));
      others_.insert(others_.end(), waiting_.begin(), waiting_.end());
      waiting_count_ = 0;
    }
    waiting_[waiting_count_++] = {minute, failures};
  }
  std::uint64_t within(Timestamp t, std::chrono::hours window) const {
    const auto from = minute_of(t - window + std::chrono::minutes(1) - std::chrono::microseconds(1));
    const auto to = minute_of(t) + 60;  // another log may have told of later ones; clocks are put back
    std::uint64_t count = 0;
    const auto sum = [&](const Minute& minute) {
      count += minute.at >= from && minute.at <= to ? minute.failures : 0;
    };
    std::for_each(others_.begin(), others_.end(), sum);
    std::for_each(waiting_.begin(), waiting_.begin() + waiting_count_, sum);
    return count;
  }

 private:
  struct Minute {
    std::int32_t at = 0;
    std::uint32_t failures = 0;
  };
  static std::int32_t minute_of(Timestamp t) {
    return static_cast<std::int32_t>(std::chrono::floor<std::chrono::minutes>(t).time_since_epoch().count());
  }
  /// Drops what is older. Where little was, there is twice the room then: not every few failures again.
  void make_room(std::int32_t minute) {
    const auto young =
        std::find_if(others_.begin(), others_.end(), [&](const Minute& m) { return m.at >= minute; });
    others_.erase(others_.begin(), young);
    if (2 * others_.size() > others_.capacity()) others_.reserve(2 * others_.capacity());
  }

  std::array<Minute, 6> waiting_{};
  std::uint8_t waiting_count_ = 0;
  std::vector<Minute> others_;
};

}  // namespace rescue::detect
