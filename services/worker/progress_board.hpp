#pragma once

#include <chrono>

#include "jobs/job_kind.hpp"

namespace rescue::worker {

/// The latest word on how far a job is, as job.heartbeat carries it: with the rate since its phase began, and
/// how long it may go on at that. One thread.
class ProgressBoard {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  explicit ProgressBoard(SteadyTime now) : told_(now) {}
  /// True: the phase is news, and the last news was a while ago. What comes too soon is told by a later call:
  /// short phases pass before they are worth a message.
  bool put(const Progress& progress, SteadyTime now);
  const Json& latest() const { return latest_; }

 private:
  void add_rate(const Progress& progress, SteadyTime now);
  Json latest_;
  SteadyTime first_{};
  std::int64_t first_done_ = 0;
  SteadyTime told_;
  bool news_ = false;
};

}  // namespace rescue::worker
