#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "config.hpp"
#include "probe_messages.hpp"
#include "rescue/base/result.hpp"
#include "rescue/log/logger.hpp"
#include "rescue/target/target.hpp"
#include "stop_signal.hpp"

namespace rescue::worker {

/// One run of a program at a target, on a short lead (libs/target).
struct ProbeCommand {
  std::string program;  ///< absolute path
  std::vector<std::string> arguments;
  ProbeLimits limits;
  Json log_fields = Json::object();  ///< put on every log line: job_id, incident_id …
  /// Called on the calling thread every `tick` while the child runs.
  std::chrono::milliseconds tick{10'000};
  std::function<void()> on_tick;
  /// Called on the calling thread when the child has told how far it is.
  std::function<void(const ProbeProgress&)> on_progress;
  std::string job = "none";  ///< whose it is
};

/// Runs it to its end on the calling thread, which must be the one that stays alive meanwhile (the kernel
/// ties a child's life to it). What it writes to stderr is logged, at most 64 KiB of it; what it writes to
/// stdout is returned, `limits.output_bytes` at most. Errors: kUnavailable ("probe-not-started";
/// "worker-stopping"), kConflict ("job-cancelled"), kTimeout ("probe-timed-out" for wall or CPU time),
/// kTooLarge ("probe-output-too-large"), kInternal ("probe-failed" with its exit code, "probe-crashed" with
/// its signal), and those of the target.
Result<std::string> run_probe(target::Target& target, const ProbeCommand& command, const StopSignal& stop,
                              const log::Logger& log);

}  // namespace rescue::worker
