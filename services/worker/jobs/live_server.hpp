#pragma once

#include <memory>

#include "job_kind.hpp"
#include "rescue/target/ssh_target.hpp"

namespace rescue::worker {

/// The running server of an attempt, connected. While its thread waits for the server, the job's ticks are
/// given, and a job that is told to end ends ("target-interrupted"). Borrows the context; stays where it is.
class LiveServer {
 public:
  /// Opens the sealed access, connects, logs in. Errors: those of SealedAccess::open() and of libs/target;
  /// kInvalid ("access-missing"), kConflict ("job-cancelled"), kUnavailable ("worker-stopping").
  static Result<std::unique_ptr<LiveServer>> reach(const JobContext& context, const Config& config);
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  target::Target& target() { return *target_; }
  /// What is waited for, said again until it is told; empty: whoever speaks with a program there says more.
  void begin(std::string_view phase);
  /// From now on whoever speaks with a program there gives the ticks, and ends between two steps only.
  void leave_ending_to_others() { attends_ = false; }

 private:
  explicit LiveServer(const JobContext& context);
  /// Asked a few times a second.
  bool told_to_end();

  const JobContext* context_;
  std::chrono::steady_clock::time_point next_tick_;
  bool attends_ = true;
  std::string_view phase_;
  std::unique_ptr<target::SshTarget> target_;
};

}  // namespace rescue::worker
