#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "rescue/detect/finding.hpp"

namespace rescue::detect {

/// How many findings there are so far, by severity; a later look may still change what some of them weigh.
/// Lies in memory that a parent shares with its reading child: nothing in it points anywhere, and zero bytes
/// are a fresh one. Thread-safe.
class FindingsBoard {
 public:
  void count(Severity severity, std::uint64_t more = 1) {
    counts_[static_cast<std::size_t>(severity)].fetch_add(more, std::memory_order_relaxed);
  }
  std::uint64_t of(Severity severity) const {
    return counts_[static_cast<std::size_t>(severity)].load(std::memory_order_relaxed);
  }
  /// Another reading begins.
  void clear() {
    for (auto& count : counts_) count.store(0, std::memory_order_relaxed);
  }

 private:
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  std::array<std::atomic<std::uint64_t>, 5> counts_;
};

}  // namespace rescue::detect
