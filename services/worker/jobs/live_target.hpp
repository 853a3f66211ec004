#pragma once

#include <memory>
#include <string>

#include "job_kind.hpp"
#include "rescue/target/ssh_target.hpp"

namespace rescue::worker {

/// Gives the job's ticks while its thread waits for the server, and says when it shall not wait longer.
class Attendance {
 public:
  explicit Attendance(const JobContext& context)
      : context_(&context), next_tick_(std::chrono::steady_clock::now() + context.tick) {}
  /// A few times a second, whatever is waited for.
  bool told_to_end();

 private:
  const JobContext* context_;
  std::chrono::steady_clock::time_point next_tick_;
};

/// The running server, as the attempt says how to reach it; `attendance` outlives it. Errors: of
/// SealedAccess::open() and libs/target; those of told_to_end() (../probe_runner.hpp).
Result<std::unique_ptr<target::SshTarget>> reach(const JobContext& context, Attendance& attendance);

}  // namespace rescue::worker
