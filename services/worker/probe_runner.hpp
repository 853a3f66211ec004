#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "config.hpp"
#include "probe_messages.hpp"
#include "rescue/base/result.hpp"
#include "rescue/log/logger.hpp"
#include "stop_signal.hpp"

namespace rescue::worker {

/// One run of a program as a child that is held on a short lead: clean environment, own process group, limits
/// on CPU, memory, file size and descriptors, no core, no new privileges, low priority, /dev/null on stdin
/// and stdout. It dies with this worker, and its process group dies with it.
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
};

/// Runs it to its end on the calling thread, which must be the one that stays alive meanwhile (the kernel
/// ties the child's life to it). What the child writes to stderr is logged, at most 64 KiB of it. Errors:
/// kUnavailable ("probe-not-started"; "worker-stopping"), kConflict ("job-cancelled"), kTimeout
/// ("probe-timed-out" for wall or CPU time), kTooLarge ("probe-output-too-large"), kInternal ("probe-failed"
/// with its exit code, "probe-crashed" with its signal).
Status run_probe(const ProbeCommand& command, const StopSignal& stop, const log::Logger& log);

}  // namespace rescue::worker
